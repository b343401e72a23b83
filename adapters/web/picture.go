package web

import (
	"errors"
	"net/http"
	"strconv"
	"strings"

	"sprintbot/sprints"
)

// getPicture shows a picture that the bot made to whoever was given its
// address.
func (s *Site) getPicture(w http.ResponseWriter, r *http.Request) {
	h := w.Header()
	h.Set("X-Robots-Tag", "noindex, nofollow, noarchive")
	token, is := strings.CutSuffix(r.PathValue("file"), ".png")
	var p sprints.Picture
	err := sprints.ErrNotFound
	if is {
		err = s.cfg.Store.Read(r.Context(), func(v sprints.View) (err error) {
			p, err = v.Picture(token)
			return err
		})
	}
	switch {
	case errors.Is(err, sprints.ErrNotFound):
		s.problem(w, r, http.StatusNotFound, "This picture is not here any more: it is kept for a day.", "Ask sprintbot for it again, or look at the projects.")
		return
	case err != nil:
		s.log.Error("a picture can't be read", "error", err)
		s.notKept(w, r, err)
		return
	}
	h.Set("Content-Type", "image/png")
	h.Set("Content-Length", strconv.Itoa(len(p.PNG)))
	h.Set("Cache-Control", "private, max-age=3600")
	h.Set("Cross-Origin-Resource-Policy", "cross-origin") // clients of IRC show it in their own windows
	if _, err := w.Write(p.PNG); err != nil {
		s.log.Debug("a picture was not read to its end", "error", err)
	}
}
