package githubdouble

import (
	"slices"
	"strings"
	"time"
)

// Repo is a repository of the Double. Its methods may be called while it is asked.
type Repo struct {
	d        *Double
	id       int64
	owner    string
	name     string
	former   []string // full names it had
	archived bool
	private  bool
	noIssues bool
	labels   []string
	items    []*item // issues and pull requests share their numbers
}

// item is an issue or a pull request.
type item struct {
	id       int64
	number   int
	title    string
	body     string
	labels   []string
	assignee string
	comments int
	open     bool
	pull     bool
	draft    bool
	linked   bool // linked to a pull request by hand
	created  time.Time
	updated  time.Time
}

// Issue describes an issue to add.
type Issue struct {
	Number   int // 0: the next one
	Title    string
	Body     string
	Labels   []string
	Assignee string // login, "" nobody
	Comments int
	Age      time.Duration // since it was opened
}

// AddRepo adds owner/name with these labels.
func (d *Double) AddRepo(owner, name string, labels ...string) *Repo {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.nextID++
	r := &Repo{d: d, id: d.nextID, owner: owner, name: name, labels: slices.Clone(labels)}
	d.repos = append(d.repos, r)
	return r
}

// Repo is the repository owner/name, nil if there is none.
func (d *Double) Repo(owner, name string) *Repo {
	d.mu.Lock()
	defer d.mu.Unlock()
	r, _ := d.find(owner, name)
	return r
}

func (d *Double) find(owner, name string) (r *Repo, moved bool) {
	full := owner + "/" + name
	for _, r := range d.repos {
		if strings.EqualFold(r.full(), full) {
			return r, false
		}
	}
	for _, r := range d.repos {
		if slices.ContainsFunc(r.former, func(s string) bool { return strings.EqualFold(s, full) }) {
			return r, true
		}
	}
	return nil, false
}

func (r *Repo) full() string { return r.owner + "/" + r.name }

// AddIssue opens an issue and returns its number. Labels that are new become
// the repository's.
func (r *Repo) AddIssue(i Issue) int {
	return r.add(&item{number: i.Number, title: i.Title, body: i.Body, labels: slices.Clone(i.Labels), assignee: i.Assignee, comments: i.Comments}, i.Age)
}

// OpenPR opens a pull request that says "Fixes #n" of each issue, and returns its number.
func (r *Repo) OpenPR(title string, fixes ...int) int {
	var body strings.Builder
	for _, n := range fixes {
		body.WriteString("Fixes #" + itoa(n) + "\n")
	}
	return r.add(&item{title: title, body: body.String(), pull: true}, 0)
}

func (r *Repo) add(it *item, age time.Duration) int {
	r.d.mu.Lock()
	defer r.d.mu.Unlock()
	r.d.nextID++
	it.id, it.open = r.d.nextID, true
	if it.number == 0 {
		it.number = 1
		for _, other := range r.items {
			it.number = max(it.number, other.number+1)
		}
	}
	it.created = r.d.now().Add(-age).UTC().Truncate(time.Second)
	it.updated = it.created
	for _, l := range it.labels {
		if !slices.Contains(r.labels, l) {
			r.labels = append(r.labels, l)
		}
	}
	r.items = append(r.items, it)
	return it.number
}

func (r *Repo) change(number int, f func(*item)) {
	r.d.mu.Lock()
	defer r.d.mu.Unlock()
	for _, it := range r.items {
		if it.number == number {
			f(it)
			it.updated = r.d.now().UTC().Truncate(time.Second)
		}
	}
}

// Close closes an issue or pull request.
func (r *Repo) Close(number int) { r.change(number, func(it *item) { it.open = false }) }

// Reopen opens a closed one.
func (r *Repo) Reopen(number int) { r.change(number, func(it *item) { it.open = true }) }

// Assign gives an issue to login, "" to nobody.
func (r *Repo) Assign(number int, login string) {
	r.change(number, func(it *item) { it.assignee = login })
}

// Label sets an issue's labels.
func (r *Repo) Label(number int, labels ...string) {
	r.change(number, func(it *item) { it.labels = slices.Clone(labels) })
}

// Retitle changes an issue's title.
func (r *Repo) Retitle(number int, title string) {
	r.change(number, func(it *item) { it.title = title })
}

// Link links an issue to a pull request by hand: no words of any pull request say so.
func (r *Repo) Link(number int) { r.change(number, func(it *item) { it.linked = true }) }

// Rename gives the repository another name; the old one redirects.
func (r *Repo) Rename(owner, name string) {
	r.d.mu.Lock()
	defer r.d.mu.Unlock()
	r.former = append(r.former, r.full())
	r.owner, r.name = owner, name
}

// Archive makes the repository read-only.
func (r *Repo) Archive() { r.set(func() { r.archived = true }) }

// Hide makes the repository private: it answers 404.
func (r *Repo) Hide() { r.set(func() { r.private = true }) }

// Show makes it public again.
func (r *Repo) Show() { r.set(func() { r.private = false }) }

// WithoutIssues switches issues off.
func (r *Repo) WithoutIssues() { r.set(func() { r.noIssues = true }) }

func (r *Repo) set(f func()) {
	r.d.mu.Lock()
	defer r.d.mu.Unlock()
	f()
}
