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
}

// getPaste shows long words to whoever was given their address; no page links
// to it, and nobody should index or keep it.
func (s *Site) getPaste(w http.ResponseWriter, r *http.Request) {
	h := w.Header()
	h.Set("X-Robots-Tag", "noindex, nofollow, noarchive")
	h.Set("Referrer-Policy", "no-referrer")
	var p sprints.Paste
	err := s.cfg.Store.Read(r.Context(), func(v sprints.View) (err error) {
		p, err = v.Paste(r.PathValue("token"))
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
	v := pasteView{frame: s.frame("Long words", ""), Place: sprints.OneLine(p.Place), Who: sprints.OneLine(chat.Name(p.Who.Nick))}
	at := func(t time.Time) string { return t.In(v.Event.Zone).Format("Mon 2 Jan 15:04") }
	v.When, v.Until = at(p.At), at(p.Until)
	var reply chat.Reply
	for _, line := range p.Text.Lines() {
		reply.Lines = append(reply.Lines, chat.Line{Role: chat.Plain, Cells: []chat.Text{line}})
	}
	v.Body = replyHTML(reply)
	s.render(w, r, http.StatusOK, "paste", v)
}
