package web

import (
	"net/http"
	"net/url"
	"slices"

	"sprintbot/sprints"
)

// opsView is the operator's page: jobs, networks and channels, ill ones first.
type opsView struct {
	frame
	Finding string
	Sheets  []opsSheet
	Ignored []string
	Asked   string // the job that was asked to run
}

// mayOperate says whether a visitor may see the operator's page: an organizer
// who signed in, or whoever sits at the machine of a bot that is its own.
func (s *Site) mayOperate(r *http.Request) (bool, error) {
	if s.cfg.Lobby == Anonymous && s.local() {
		return true, nil
	}
	v := s.visitor(r)
	if !v.Known || s.cfg.Organizer == nil {
		return false, nil
	}
	var ids []sprints.Identity
	err := s.cfg.Store.Read(r.Context(), func(view sprints.View) (err error) {
		ids, err = view.Identities(v.Person.ID)
		return err
	})
	// Asked without a reader in hand: the answer may wait for who needs one.
	return slices.ContainsFunc(ids, func(id sprints.Identity) bool { return s.cfg.Organizer(id.Network, id.Key) }), err
}

// operator says whether a visitor may operate, and answers if not.
func (s *Site) operator(w http.ResponseWriter, r *http.Request) bool {
	may, err := s.mayOperate(r)
	switch {
	case err != nil:
		s.notKept(w, r, err)
	case !may:
		s.problem(w, r, http.StatusForbidden, "This page is for organizers.", "If you are one, sign in with a code: send link to sprintbot.")
	}
	return err == nil && may
}

func (s *Site) getOps(w http.ResponseWriter, r *http.Request) {
	if !s.operator(w, r) {
		return
	}
	view := opsView{frame: s.frame("How the bot is", "ops")}
	view.On = "" // nothing on it changes by itself, so it doesn't say that it is live
	if err := s.operate(r.Context(), &view); err != nil {
		s.notKept(w, r, err)
		return
	}
	asked := r.URL.Query().Get("asked")
	for _, sheet := range view.Sheets {
		if slices.ContainsFunc(sheet.Rows, func(l opsRow) bool { return l.Run && l.Name == asked }) { // only names that are known come back in the page
			view.Asked = asked
		}
	}
	s.render(w, r, http.StatusOK, "ops", view)
}

// postRun has a job run now.
func (s *Site) postRun(w http.ResponseWriter, r *http.Request) {
	if !s.operator(w, r) {
		return
	}
	r.Body = http.MaxBytesReader(w, r.Body, postMax)
	name := r.PostFormValue("job")
	if s.cfg.RunJob == nil || !s.cfg.RunJob(name) {
		s.problem(w, r, http.StatusNotFound, "There is no job of that name.", "Look again: the list may have changed.")
		return
	}
	v := s.visitor(r)
	err := s.cfg.Store.Write(r.Context(), func(tx sprints.Tx) error {
		return tx.AddAudit(sprints.Audit{At: tx.Now(), Role: "organizer", Person: v.Person.ID, Verb: "run", Object: "job " + name})
	})
	if err != nil {
		s.log.Error("that a job was asked for can't be kept", "error", err)
	}
	http.Redirect(w, r, "/ops?asked="+url.QueryEscape(name)+"#ok", http.StatusSeeOther)
}
