package sprints

import "time"

// Room is one room of the venue.
type Room struct {
	Code  string // "302", "Atrium": unique, case folded
	Name  string // "Room 302"
	Floor string // "2nd floor", "" unknown
}

// Table is one table in a room.
type Table struct {
	Code  string // "B4": unique, case folded
	Room  Room
	Seats int
}

// TableUse is a project's hold on a table: at most one open use a table.
type TableUse struct {
	Table   Table // Seats are those the lead named, else the table's own
	Project ProjectID
	From    time.Time
}

// TableReader looks tables up.
type TableReader interface {
	Table(code string) (Table, error)
	Tables() ([]Table, error) // by code, B4 before B10
	Rooms() ([]Room, error)   // by code
	// UseOf is the open use of a table, ErrNotFound if it is free.
	UseOf(code string) (TableUse, error)
	// TablesOf are the open uses of a project, first claimed first.
	TablesOf(id ProjectID) ([]TableUse, error)
	// Uses are all open ones, by code.
	Uses() ([]TableUse, error)
}

// TableWriter changes rooms and tables.
type TableWriter interface {
	TableReader
	// SaveRoom and SaveTable add or replace by code; nothing is ever removed.
	SaveRoom(Room) error
	SaveTable(Table) error
	// UseTable opens a use; ErrTaken if the table has an open one.
	UseTable(code string, project ProjectID, seats int) error
	// FreeTable closes the open use of a table.
	FreeTable(code string) error
}
