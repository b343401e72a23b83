package web

import (
	"net/url"
	"slices"
	"strings"
)

// filter is one of the board's ready filters.
type filter struct {
	Key, Label string
	Wide       bool // shown where there is room; phones have it under More
	keep       func(row) bool
}

var filters = []filter{
	{"all", "All", false, func(row) bool { return true }},
	{"first", "First-timers", false, func(r row) bool { return r.FirstTimers }},
	{"free", "Free seat", true, func(r row) bool { return r.Open() && r.Free > 0 }},
	{"easy", "Easy issue", true, func(r row) bool { return r.Easy > 0 }},
}

func (f filter) count(b *board) int {
	n := 0
	for _, r := range b.Rows {
		if f.keep(r) {
			n++
		}
	}
	return n
}

// search is what a visitor asked the board to show.
type search struct {
	Words, Lang, Level string
	First, Free, Easy  bool
	More               bool // the form is open
}

func parseSearch(q url.Values) search {
	return search{
		Words: strings.TrimSpace(cut(q.Get("q"), 80)), Lang: cut(q.Get("lang"), 60), Level: cut(q.Get("level"), 60),
		First: q.Get("first") != "", Free: q.Get("free") != "", Easy: q.Get("easy") != "", More: q.Has("more"),
	}
}

// Chosen is the key of the ready filter that the search is, "more" for any other.
func (s search) Chosen() string {
	switch s {
	case search{}:
		return "all"
	case search{First: true}:
		return "first"
	case search{Free: true}:
		return "free"
	case search{Easy: true}:
		return "easy"
	}
	return "more"
}

// key names the search for the cache; "" if it is not worth keeping.
func (s search) key() string {
	if k := s.Chosen(); k != "more" {
		return k
	}
	if s == (search{More: true}) {
		return "more"
	}
	return ""
}

func (s search) apply(rows []row) []row {
	var found []row
	for _, r := range rows {
		if s.keep(r) {
			found = append(found, r)
		}
	}
	return found
}

func (s search) keep(r row) bool {
	for _, f := range filters {
		if (f.Key == "first" && s.First || f.Key == "free" && s.Free || f.Key == "easy" && s.Easy) && !f.keep(r) {
			return false
		}
	}
	if s.Lang != "" && !slices.ContainsFunc(split(r.Langs), func(l string) bool { return strings.EqualFold(strings.TrimSpace(l), s.Lang) }) {
		return false
	}
	if s.Level != "" && r.Level != s.Level {
		return false
	}
	codes := make([]string, 0, len(r.Tables))
	for _, t := range r.Tables {
		codes = append(codes, t.Code)
	}
	all := fold(strings.Join([]string{r.Name, r.Slug, r.Summary, r.Langs, r.Room, r.Contact, strings.Join(codes, " ")}, " "))
	for _, w := range strings.Fields(fold(s.Words)) {
		if !strings.Contains(all, w) {
			return false
		}
	}
	return true
}

// cut is s without what goes beyond n characters.
func cut(s string, n int) string {
	if r := []rune(s); len(r) > n {
		return string(r[:n])
	}
	return s
}
