package sprints

import "time"

// Page is a project's sprint wiki page. One with no project yet becomes one
// by its title when it has been read.
type Page struct {
	ID        int64
	Project   ProjectID // 0: its title becomes a project
	URL       string
	By        PersonID // who added it, told what became of it; 0 nobody
	Title     string
	Summary   string // the page's first words, at most 140 characters
	Status    int    // last HTTP status, 0 never or not reached
	Problem   string // why it can't be read, in words for its lead; "" it can
	ETag      string
	CheckedAt time.Time // zero never
	NextCheck time.Time
	Told      string // the Problem its lead was last told
}

// PageReader looks pages up.
type PageReader interface {
	// PageOf is the page of a project, ErrNotFound if none.
	PageOf(id ProjectID) (Page, error)
	// DuePages are those to be checked at t, the longest due first. Pages of the sample are never due.
	DuePages(t time.Time, limit int) ([]Page, error)
}

// PageWriter changes pages.
type PageWriter interface {
	PageReader
	// AddPage keeps a page; a project's earlier page is replaced.
	AddPage(Page) (int64, error)
	SavePage(Page) error
	DropPage(id int64) error
}
