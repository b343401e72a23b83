package web

import (
	"context"
	"errors"
	"fmt"
	"html/template"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	"sprintbot/sprints"
)

// shown is a board with its pieces rendered: what pages are put together from
// and what open pages are sent when it changes.
type shown struct {
	*board
	Rev     int
	frags   map[string]template.HTML
	history []change // oldest first
	gone    []gone

	mu    sync.Mutex
	cache map[string][]byte // whole pages that are the same for everybody
}

// change is what one revision changed.
type change struct {
	rev   int
	ids   []string
	fresh []string // slugs of new projects
}

// gone is an issue that was free a moment ago.
type gone struct {
	id string
	at time.Time
}

const (
	historyKept = 64
	goneKept    = 10 * time.Minute
	bannerTime  = 20 * time.Minute // how long an announcement stands
)

// Frag is a rendered piece by its id.
func (b *shown) Frag(id string) template.HTML { return b.frags[id] }

// refresh reads the board and tells open pages what changed. Of many callers
// at once, one reads for all that came before it began.
func (s *Site) refresh(ctx context.Context) error {
	mine := s.asked.Add(1)
	s.reading.Lock()
	defer s.reading.Unlock()
	if s.read >= mine {
		return nil
	}
	covers := s.asked.Load()
	var next *board
	err := s.cfg.Store.Read(ctx, func(v sprints.View) (err error) {
		next, err = readBoard(v)
		return err
	})
	if err != nil {
		return fmt.Errorf("read the board: %w", err)
	}
	b, err := s.show(next, s.board.Load())
	if err != nil {
		return err
	}
	s.board.Store(b)
	s.read = covers
	s.hub.wake()
	return nil
}

// show renders what differs from the board before.
func (s *Site) show(next *board, prev *shown) (*shown, error) {
	b := &shown{board: next, frags: map[string]template.HTML{}, cache: map[string][]byte{}}
	before := map[string]row{}
	if prev != nil {
		b.Rev, b.history = prev.Rev, prev.history
		for _, r := range prev.Rows {
			before[r.Slug] = r
		}
	} else {
		b.Rev = int(time.Now().UnixMilli())
	}
	ch := change{rev: b.Rev + 1}
	var errs []error
	render := func(id, name string, data any) {
		html, err := s.pages.piece(name, data)
		errs = append(errs, err)
		b.frags[id] = html
	}
	for _, r := range b.Rows {
		old, known := before[r.Slug]
		ids := []string{"row:" + r.Slug, "screen:" + r.Slug, "seats:" + r.Slug}
		if known && old.same(r) && prev.Phase == b.Phase {
			for _, id := range ids {
				b.frags[id] = prev.frags[id]
			}
			continue
		}
		if !known {
			ch.fresh = append(ch.fresh, r.Slug)
		}
		data := struct {
			row
			Over bool
		}{r, b.Phase == over}
		render(ids[0], "row", data)
		render(ids[1], "screenrow", data)
		render(ids[2], "seats", data)
	}
	banner, has := s.lobby.banner(b.At.Add(-bannerTime))
	words, rest, cut := strings.Cut(banner.Words, ". ")
	if cut {
		words += "."
	}
	view := struct {
		*shown
		Banner                bool
		Words, Rest, Bannered string
	}{b, has, words, rest, b.clock(banner.At)}
	for _, id := range []string{"totals", "rooms", "map", "banner", "screenhead", "screenfoot", "easyhead"} {
		render(id, id, view)
	}
	for _, f := range filters {
		b.frags["count:"+f.Key] = template.HTML(itoa(f.count(b.board))) // #nosec G203 -- a number
	}
	s.showGone(b, prev, render)
	if err := errors.Join(errs...); err != nil {
		return nil, err
	}
	for id, html := range b.frags {
		if prev == nil || prev.frags[id] != html {
			ch.ids = append(ch.ids, id)
		}
	}
	if len(ch.ids) > 0 {
		b.Rev = ch.rev
		slices.Sort(ch.ids)
		b.history = append(slices.Clone(b.history), ch)
		if over := len(b.history) - historyKept; over > 0 {
			b.history = b.history[over:]
		}
	}
	return b, nil
}

// showGone leaves, where a free issue stood, the word that it was taken and
// the one most like it.
func (s *Site) showGone(b, prev *shown, render func(id, name string, data any)) {
	if prev == nil {
		return
	}
	free := map[sprints.IssueID]bool{}
	for _, i := range b.Issues {
		free[i.ID] = true
	}
	for _, g := range prev.gone {
		n, _ := strconv.Atoi(strings.TrimPrefix(g.id, "issue:"))
		if b.At.Sub(g.at) < goneKept && !free[sprints.IssueID(n)] {
			b.gone = append(b.gone, g)
			b.frags[g.id] = prev.frags[g.id]
		}
	}
	for _, i := range prev.Issues {
		if free[i.ID] {
			continue
		}
		id := "issue:" + itoa(int(i.ID))
		b.gone = append(b.gone, gone{id, b.At})
		render(id, "gone", struct {
			issue
			Like *issue
		}{i, alike(i, b.Issues)})
	}
}

// alike is the free issue most like i.
func alike(i issue, free []issue) *issue {
	easy := make([]sprints.EasyIssue, len(free))
	for n, f := range free {
		easy[n] = f.easy
	}
	like, ok := sprints.Nearest(easy, i.easy)
	if !ok {
		return nil
	}
	n := slices.IndexFunc(free, func(f issue) bool { return f.ID == like.Issue.ID })
	return &free[n]
}

// since are the pieces changed after a revision; all is false if that is
// longer ago than is remembered.
func (b *shown) since(rev int) (ids, fresh []string, all bool) {
	if rev == b.Rev {
		return nil, nil, true
	}
	if len(b.history) == 0 || rev > b.Rev || rev < b.history[0].rev {
		return nil, nil, false
	}
	for _, ch := range b.history {
		if ch.rev > rev {
			ids, fresh = append(ids, ch.ids...), append(fresh, ch.fresh...)
		}
	}
	slices.Sort(ids)
	return slices.Compact(ids), fresh, true
}
