package web

import (
	"errors"
	"html/template"
	"net/http"
	"time"

	"sprintbot/sprints"
	"sprintbot/sprints/chat"
)

// pasteView is the page of words too long for a line.
type pasteView struct {
	frame
	Who, Place string
	When       string // the day and hour they were said
	Until      string
	Body       template.HTML
	Lines      []skippedView // words that were skipped, in place of one person's
}

// skippedView is one of the words that were skipped.
type skippedView struct {
	Who, Place, When string
	Body             template.HTML
}

// getPaste shows long words to whoever was given their address; no page links
// to it, and nobody should index or keep it.
func (s *Site) getPaste(w http.ResponseWriter, r *http.Request) {
	h := w.Header()
	h.Set("X-Robots-Tag", "noindex, nofollow, noarchive")
	h.Set("Referrer-Policy", "no-referrer")
	var p sprints.Paste
	var skipped []sprints.Skipped
	err := s.cfg.Store.Read(r.Context(), func(v sprints.View) (err error) {
		p, err = v.Paste(r.PathValue("token"))
		if errors.Is(err, sprints.ErrNotFound) {
			if skipped, err = v.Skipped(r.PathValue("token")); err == nil && skipped == nil {
				err = sprints.ErrNotFound
			}
		}
		return err
	})
	switch {
	case errors.Is(err, sprints.ErrNotFound):
		s.problem(w, r, http.StatusNotFound, "These words are not here any more: they are kept for a day.", "Ask who said them, or look at the projects.")
		return
	case err != nil:
		s.log.Error("long words can't be read", "error", err)
		s.notKept(w, r, err)
		return
	}
	if skipped != nil {
		s.render(w, r, http.StatusOK, "paste", s.skipped(skipped))
		return
	}
	v := pasteView{frame: s.frame("Long words", ""), Place: sprints.OneLine(p.Place), Who: sprints.OneLine(chat.Name(p.Who.Nick))}
	at := func(t time.Time) string { return t.In(v.Event.Zone).Format("Mon 2 Jan 15:04") }
	v.When, v.Until = at(p.At), at(p.Until)
	v.Body = saidHTML(p.Text)
	s.render(w, r, http.StatusOK, "paste", v)
}

// skipped is the page of words that a place did not get.
func (s *Site) skipped(all []sprints.Skipped) pasteView {
	v := pasteView{frame: s.frame("Skipped messages", "")}
	for _, p := range all {
		v.Lines = append(v.Lines, skippedView{
			Who: sprints.OneLine(chat.Name(p.Who.Nick)), Place: sprints.OneLine(p.Place),
			When: p.At.In(v.Event.Zone).Format("Mon 15:04"), Body: saidHTML(p.Text),
		})
		v.Until = p.Until.In(v.Event.Zone).Format("Mon 2 Jan 15:04")
	}
	return v
}

// saidHTML are words of a person as HTML, escaped.
func saidHTML(t chat.Text) template.HTML {
	var reply chat.Reply
	for _, line := range t.Lines() {
		reply.Lines = append(reply.Lines, chat.Line{Role: chat.Plain, Cells: []chat.Text{line}})
	}
	return replyHTML(reply)
}
