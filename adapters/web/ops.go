package web

import (
	"context"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"sprintbot/sprints"
	"sprintbot/sprints/chat"
)

// opsView is the operator's page: networks, places and jobs, ill ones first.
type opsView struct {
	frame
	Finding  string
	Networks []opsLine
	Places   []opsLine
	Jobs     []opsLine
	Ignored  []string
	Asked    string // the job that was asked to run
}

// opsLine is one thing to look after: how it is in a word, then the facts.
type opsLine struct {
	Name  string
	State string // "Connected", "Away"
	Ill   bool
	Facts []string
	Run   bool // it can be run now
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
	if err := s.operate(r.Context(), &view); err != nil {
		s.notKept(w, r, err)
		return
	}
	for _, j := range view.Jobs { // only names that are known come back in the page
		if j.Name == r.URL.Query().Get("asked") {
			view.Asked = j.Name
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

// operate looks at everything.
func (s *Site) operate(ctx context.Context, view *opsView) error {
	return s.cfg.Store.Read(ctx, func(v sprints.View) error {
		at := func(t time.Time) string {
			if t.IsZero() {
				return "never"
			}
			return t.In(view.Event.Zone).Format("15:04") + " (" + span(v.Now().Sub(t).Abs()) + ago(v.Now(), t) + ")"
		}
		traffic, err := v.Traffic()
		if err != nil {
			return err
		}
		runs, err := v.JobRuns()
		if err != nil {
			return err
		}
		ignored, err := v.Ignored()
		if err != nil {
			return err
		}
		for _, i := range ignored {
			view.Ignored = append(view.Ignored, i.Who+" on "+i.Network)
		}
		view.Networks = s.opsNetworks(at, traffic)
		for _, t := range traffic {
			view.Places = append(view.Places, opsPlace(v.Now(), at, t))
		}
		for _, run := range runs {
			l := opsLine{Name: run.Name, State: "Done", Ill: run.Failed, Run: s.cfg.RunJob != nil, Facts: []string{"last " + at(run.At), "took " + run.Took.Round(time.Millisecond).String()}}
			if run.Failed {
				l.State = "Failed"
			}
			if run.Next.After(v.Now()) && run.Next.Sub(v.Now()) < 366*24*time.Hour {
				l.Facts = append(l.Facts, "next "+at(run.Next))
			}
			if run.Result != "" {
				l.Facts = append(l.Facts, run.Result)
			}
			view.Jobs = append(view.Jobs, l)
		}
		all, ill := 0, 0
		for _, ls := range [][]opsLine{view.Networks, view.Places, view.Jobs} {
			slices.SortStableFunc(ls, func(a, b opsLine) int {
				if a.Ill == b.Ill {
					return 0
				}
				if a.Ill {
					return -1
				}
				return 1
			})
			for _, l := range ls {
				if all++; l.Ill {
					ill++
				}
			}
		}
		view.Finding = "Everything works."
		if ill > 0 {
			view.Finding = itoa(ill) + " of " + itoa(all) + " needs you."
			if ill > 1 {
				view.Finding = itoa(ill) + " of " + itoa(all) + " need you."
			}
		}
		return nil
	})
}

func ago(now, t time.Time) string {
	if t.After(now) {
		return " from now"
	}
	return " ago"
}

// opsNetworks are how the networks are, with what waits on each.
func (s *Site) opsNetworks(at func(time.Time) string, traffic []sprints.Traffic) (all []opsLine) {
	statuses := s.statuses()
	paces := map[string]chat.Pace{}
	if s.cfg.Paces != nil {
		paces = s.cfg.Paces()
	}
	for _, name := range slices.Sorted(maps.Keys(statuses)) {
		st := statuses[name]
		l := opsLine{Name: name, State: "Connected", Ill: !st.Up}
		switch {
		case st.Fatal:
			l.State = "Given up"
		case !st.Up:
			l.State = "Away"
		}
		if !st.Since.IsZero() {
			l.Facts = append(l.Facts, "since "+at(st.Since))
		}
		if !st.Last.IsZero() {
			l.Facts = append(l.Facts, "heard "+at(st.Last))
		}
		waiting, oldest := 0, time.Time{}
		for _, t := range traffic {
			if t.Place.Network != name || t.Waiting == 0 {
				continue
			}
			if waiting += t.Waiting; oldest.IsZero() || t.Oldest.Before(oldest) {
				oldest = t.Oldest
			}
		}
		if waiting > 0 {
			l.Facts = append(l.Facts, count(waiting, "message", "messages")+" to be sent, the oldest of "+at(oldest))
		}
		if p := paces[name]; p.Every > 0 || p.PlaceEvery > 0 {
			l.Facts = append(l.Facts, "one message each "+max(p.Every, p.PlaceEvery).String())
		}
		if st.Note != "" {
			l.Facts = append(l.Facts, st.Note)
		}
		if st.Fatal {
			l.Facts = append(l.Facts, "it is tried again by itself, once an hour at last; mended, say bridge retry "+name)
		}
		all = append(all, l)
	}
	return all
}

// opsPlace is how one place is. A private conversation names nobody.
func opsPlace(now time.Time, at func(time.Time) string, t sprints.Traffic) opsLine {
	l := opsLine{Name: t.Place.String(), State: "Open", Facts: []string{"heard " + at(t.Heard), "sent " + at(t.Sent)}}
	if _, direct := t.Place.DirectID(); direct {
		l.Name = t.Place.Network + ", in private"
	}
	if t.Waiting > 0 {
		l.Facts = append(l.Facts, count(t.Waiting, "message", "messages")+" to be sent, the oldest of "+at(t.Oldest))
	}
	if t.Reason != "" && (t.Waiting > 0 || !t.Held.IsZero()) {
		l.Facts = append(l.Facts, strings.TrimSpace(t.Reason))
	}
	if t.Dead > 0 {
		l.State, l.Ill = "Refused", true
		l.Facts = append(l.Facts, t.Refused()+"; say bridge retry")
	}
	if t.Waiting > 0 && now.Sub(t.Oldest) > waitTooLong {
		l.State, l.Ill = "Behind", true
	}
	if !t.Held.IsZero() {
		l.State, l.Ill = "Waits", true
		l.Facts = append(l.Facts, "tried again "+at(t.Held))
	}
	if !t.Paused.IsZero() {
		l.State, l.Ill = "Paused", true
		l.Facts = append(l.Facts, "since "+at(t.Paused)+"; say bridge resume")
	}
	return l
}
