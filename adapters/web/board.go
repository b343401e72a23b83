package web

import (
	"errors"
	"slices"
	"strings"
	"time"

	"sprintbot/sprints"
)

// phase is where the event's days stand to today.
type phase string

const (
	notYet  phase = "before"
	running phase = "on"
	over    phase = "over"
)

// board is all that the public pages show, read at one instant.
type board struct {
	At     time.Time // when it was read, by the bot's clock
	Event  sprints.Event
	Known  bool // the store has an event
	Today  sprints.Day
	Number int // day of the event, from 1
	Phase  phase

	Rows     []row // projects, A to Z
	Rooms    []room
	Issues   []issue // free beginner's issues, the best to start with first
	People   int     // seated now, at projects and elsewhere
	Placed   int     // of People, those at projects the board shows
	Busy     int     // projects with people
	Projects int     // rows
	Free     int     // seats free where one may sit down
	Easy     int     // free beginner's issues
	Tables   int     // claimed
	Came     int     // different people over all days, known when the event is over
	Reserved []string
	Langs    []string
	Levels   []string
}

// row is one project as the board shows it. It is compared with == after its
// slices, so that only rows that changed are sent to open pages.
type row struct {
	ID          sprints.ProjectID
	Slug        string
	Name        string
	Summary     string
	Langs       string
	Level       string
	Days        string
	Contact     string
	Setup       int // minutes, 0 unknown
	FirstTimers bool
	Paused      bool
	Tables      []table
	Room        string // of the tables, "Room 301"
	Floor       string // with a leading comma, ", 1st floor"; "" unknown
	Seats       int
	Taken       int
	Free        int
	Full        bool
	Easy        int
	LeadHere    bool
	Lead        string // the nick of the lead who is here and lets it be shown
}

// table is one claimed table of a project.
type table struct {
	Code  string
	Room  string
	Floor string
	Seats int
	Taken int
}

// room is one room with the seats of its tables in use: those claimed, and
// those where people sit without a project.
type room struct {
	Code, Name, Floor string
	Seats, Taken      int
	Free              int
	Spots             []spot // its tables in use, by code
}

// spot is a table on the map; it has no Slug and no Name without a project.
type spot struct {
	Code, Slug, Name string
	Free             int
	Open, Paused     bool
}

// Plate is the table the row's plate names, nil for a project without one.
func (r row) Plate() *table {
	if len(r.Tables) == 0 {
		return nil
	}
	return &r.Tables[0]
}

// Also are the codes of the other tables.
func (r row) Also() string {
	var codes []string
	for _, t := range r.Tables[min(1, len(r.Tables)):] {
		codes = append(codes, t.Code)
	}
	return strings.Join(codes, ", ")
}

// Others is how many are there beside the lead.
func (r row) Others() int { return r.Taken - 1 }

// Open says that somebody may go there: there is a table, a seat, and the
// project takes people.
func (r row) Open() bool { return len(r.Tables) > 0 && !r.Full && !r.Paused }

func (r row) same(o row) bool {
	if !slices.Equal(r.Tables, o.Tables) {
		return false
	}
	r.Tables, o.Tables = nil, nil
	return r.key() == o.key()
}

// key is r without what can't be compared.
func (r row) key() any {
	type bare struct {
		id                                                                  sprints.ProjectID
		slug, name, summary, langs, level, days, contact, room, floor, lead string
		setup, seats, taken, free, easy                                     int
		firstTimers, paused, full, leadHere                                 bool
	}
	return bare{r.ID, r.Slug, r.Name, r.Summary, r.Langs, r.Level, r.Days, r.Contact, r.Room, r.Floor, r.Lead,
		r.Setup, r.Seats, r.Taken, r.Free, r.Easy, r.FirstTimers, r.Paused, r.Full, r.LeadHere}
}

// readBoard makes the board from one state of the store.
func readBoard(v sprints.View) (*board, error) {
	b := &board{At: v.Now(), Phase: running}
	ev, err := v.Event()
	switch {
	case errors.Is(err, sprints.ErrNotFound):
		ev = sprints.Event{Zone: time.UTC}
	case err != nil:
		return nil, err
	default:
		b.Known = true
		b.Today = ev.Today(b.At)
		b.Number = ev.Number(b.Today)
		switch {
		case b.Number == 0:
			b.Phase = notYet
		case b.Number > ev.Days():
			b.Phase = over
		}
	}
	b.Event = ev

	seated, err := v.Seated(b.Today)
	if err != nil {
		return nil, err
	}
	b.People = seated.People
	if err := b.readRows(v, seated); err != nil {
		return nil, err
	}
	if err := b.readIssues(v); err != nil {
		return nil, err
	}
	if b.Phase == over {
		if b.Came, err = came(v, ev); err != nil {
			return nil, err
		}
	}
	return b, nil
}

func (b *board) readRows(v sprints.View, seated sprints.Seated) error {
	projects, err := v.Projects()
	if err != nil {
		return err
	}
	uses, err := v.Uses()
	if err != nil {
		return err
	}
	easy, err := v.EasyCount()
	if err != nil {
		return err
	}
	open, err := v.SeatedNow(b.Today)
	if err != nil {
		return err
	}
	at := map[sprints.PersonID]sprints.ProjectID{}
	for _, s := range open {
		if s.Person != 0 {
			at[s.Person] = s.Project
		}
	}
	venue, err := v.Tables()
	if err != nil {
		return err
	}
	order := map[string]int{}
	for i, t := range venue {
		order[t.Code] = i
	}
	tables := map[sprints.ProjectID][]sprints.TableUse{}
	for _, u := range uses {
		tables[u.Project] = append(tables[u.Project], u)
	}
	rooms := map[string]*room{}
	langs, levels := map[string]bool{}, map[string]bool{}
	for _, p := range projects {
		leads, err := v.Leads(p.ID)
		if err != nil {
			return err
		}
		for _, l := range leads {
			b.Reserved = append(b.Reserved, l.Nick)
		}
		b.Reserved = append(b.Reserved, p.Contact)
		if p.State == sprints.Ended {
			continue
		}
		r := row{
			ID: p.ID, Slug: p.Slug, Name: p.Name, Summary: p.Summary, Langs: p.Langs, Level: p.Level, Days: p.Days,
			Contact: p.Contact, Setup: p.SetupMinutes, FirstTimers: p.FirstTimers, Paused: p.State == sprints.Paused,
			Taken: seated.ByProject[p.ID], Easy: easy[p.ID],
		}
		for _, u := range tables[p.ID] {
			r.Tables = append(r.Tables, table{u.Table.Code, u.Table.Room.Name, u.Table.Room.Floor, u.Table.Seats, seated.ByTable[u.Table.Code]})
			r.Seats += u.Table.Seats
		}
		r.Free = max(0, r.Seats-r.Taken)
		r.Full = p.State == sprints.Full || len(r.Tables) > 0 && r.Free == 0
		r.Room, r.Floor = where(r.Tables)
		for _, l := range leads {
			if project, here := at[l.ID]; here && project == p.ID {
				r.LeadHere = true
				if l.Shown && r.Lead == "" {
					r.Lead = l.Nick
				}
			}
		}
		if r.Open() {
			b.Free += r.Free
		}
		b.Tables += len(r.Tables)
		b.Placed += r.Taken
		if r.Taken > 0 {
			b.Busy++
		}
		addProject(rooms, tables[p.ID], r)
		for _, l := range split(p.Langs) {
			langs[l] = true
		}
		if p.Level != "" {
			levels[p.Level] = true
		}
		b.Rows = append(b.Rows, r)
	}
	b.Projects = len(b.Rows)
	b.addLone(rooms, venue, seated)
	slices.SortStableFunc(b.Rows, func(x, y row) int { return strings.Compare(fold(x.Name), fold(y.Name)) })
	b.Langs, b.Levels = keys(langs), keys(levels)
	for _, r := range rooms {
		// The store lists tables by code as people count, B4 before B10.
		slices.SortFunc(r.Spots, func(x, y spot) int { return order[x.Code] - order[y.Code] })
		b.Rooms = append(b.Rooms, *r)
	}
	slices.SortFunc(b.Rooms, func(x, y room) int { return strings.Compare(fold(x.Name), fold(y.Name)) })
	return nil
}

// addProject gives the rooms of a project's tables its seats. Who sits at the
// project without saying at which table is put to the first one.
func addProject(rooms map[string]*room, uses []sprints.TableUse, r row) {
	rest := r.Taken
	for _, t := range r.Tables {
		rest -= t.Taken
	}
	for i, u := range uses {
		taken := r.Tables[i].Taken
		if i == 0 {
			taken += max(0, rest)
		}
		addTable(rooms, u.Table, taken, spot{Slug: r.Slug, Name: r.Name, Open: r.Open(), Paused: r.Paused})
	}
}

// addLone adds the tables where people sit without a project of the board.
func (b *board) addLone(rooms map[string]*room, venue []sprints.Table, seated sprints.Seated) {
	shown := map[string]bool{}
	for _, r := range b.Rows {
		for _, t := range r.Tables {
			shown[t.Code] = true
		}
	}
	for _, t := range venue {
		if n := seated.ByTable[t.Code]; n > 0 && !shown[t.Code] {
			addTable(rooms, t, n, spot{Open: true})
			b.Free += max(0, t.Seats-n)
		}
	}
}

// addTable gives a table's seats to its room, and the table to the map.
func addTable(rooms map[string]*room, t sprints.Table, taken int, s spot) {
	rm := rooms[t.Room.Code]
	if rm == nil {
		rm = &room{Code: t.Room.Code, Name: t.Room.Name, Floor: t.Room.Floor}
		rooms[t.Room.Code] = rm
	}
	taken = min(taken, t.Seats)
	rm.Seats += t.Seats
	rm.Taken += taken
	rm.Free = rm.Seats - rm.Taken
	s.Code, s.Free = t.Code, t.Seats-taken
	s.Open = s.Open && s.Free > 0
	rm.Spots = append(rm.Spots, s)
}

// where names the rooms of tables: "Room 301", or "Room 301 and Atrium".
func where(tables []table) (room, floor string) {
	var names []string
	for _, t := range tables {
		if !slices.Contains(names, t.Room) {
			names = append(names, t.Room)
		}
	}
	if len(names) == 1 && tables[0].Floor != "" {
		floor = ", " + tables[0].Floor
	}
	return strings.Join(names, " and "), floor
}

// came counts the different people who sat down on any day.
func came(v sprints.SeatReader, ev sprints.Event) (int, error) {
	people, nameless := map[sprints.PersonID]bool{}, 0
	for d := ev.First; !ev.Last.Before(d); d = d.Add(1) {
		seats, err := v.SeatsOn(d)
		if err != nil {
			return 0, err
		}
		for _, s := range seats {
			if s.Person == 0 {
				nameless++
			} else {
				people[s.Person] = true
			}
		}
	}
	if nameless > 0 {
		// Seats of people since forgotten can't be told apart: one is certain.
		nameless = 1
	}
	return len(people) + nameless, nil
}

// clock is t as the venue's clock shows it.
func (b *board) clock(t time.Time) string { return t.In(b.Event.Zone).Format("15:04") }

// row returns the project with this slug.
func (b *board) row(slug string) (row, bool) {
	for _, r := range b.Rows {
		if r.Slug == slug {
			return r, true
		}
	}
	return row{}, false
}
