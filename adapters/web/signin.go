package web

import (
	"context"
	"errors"
	"net/http"
	"regexp"
	"strings"
	"time"

	"sprintbot/sprints"
	"sprintbot/sprints/chat"
)

// A code has six digits and ten minutes. Wrong ones are counted here as well as
// by the command, because each try speaks as a browser nobody knows yet.
//
// Only who shares a guesser's network is ever refused: an IPv4 /24, an IPv6 /64.
// Within the ten minutes of one code it has 40 tries, 4 in 100,000 for six
// digits; a whole day of it, with one code alive at any time, 0.4 %. Many
// networks together are not locked, since that would lock out who has a right
// code: past a hundred wrong ones each sign-in takes a second longer, and the
// command gives codes that grow with the guessing and lets short ones end, so
// that a given code is hit with 1 in 1,000 at most, however many guess.
const (
	wrongPerAddress = 10 // at once
	wrongAgain      = 1.0 / 20
	wrongAltogether = 100 // at once
	wrongCools      = 1.0 / 5
	wrongWait       = time.Second
)

var codeForm = regexp.MustCompile(`^[A-Za-z0-9]{4,16}$`)

// signinView is the page of the code.
type signinView struct {
	frame
	Visitor  visitor
	SignedIn bool
	Problem  string
	Code     string
	Back     string
	Key      string
	Help     bool
}

func (s *Site) getSignin(w http.ResponseWriter, r *http.Request) {
	s.showSignin(w, r, http.StatusOK, "", "")
}

func (s *Site) showSignin(w http.ResponseWriter, r *http.Request, status int, code, problem string) {
	v := s.visitor(r)
	linked, err := s.linked(r.Context(), v)
	if err != nil {
		s.notKept(w, r, err)
		return
	}
	view := signinView{frame: s.frame("Sign in with a code", "signin"), Visitor: v, SignedIn: linked, Problem: problem,
		Code: code, Back: ownPath(r.FormValue("back"), ""), Key: token(), Help: r.URL.Query().Has("help")}
	s.render(w, r, status, "signin", view)
}

// postSignin sends "link CODE" as a browser that is new: who planted or stole
// the cookie of before has nothing.
func (s *Site) postSignin(w http.ResponseWriter, r *http.Request) {
	r.Body = http.MaxBytesReader(w, r.Body, postMax)
	if err := r.ParseForm(); err != nil {
		s.problem(w, r, http.StatusBadRequest, "That form can't be read.", "Open the page again and type the digits once more.")
		return
	}
	typed := cut(r.PostForm.Get("code"), 40)
	code := strings.Map(func(c rune) rune {
		if c == ' ' || c == '-' {
			return -1
		}
		return c
	}, typed)
	key := r.PostForm.Get("key")
	from := s.address(r)
	if !s.limits.left("wrong code", "", wrongCools, wrongAltogether) {
		wait := time.NewTimer(wrongWait)
		defer wait.Stop()
		select {
		case <-wait.C:
		case <-r.Context().Done():
			return
		}
	}
	before := s.visitor(r)
	fresh := token()
	now := visitor{ID: browserID(fresh)}
	now.Nick = visitorName(now.ID)
	no, err := s.signIn(r.Context(), now, from, typed, code, key)
	if err != nil {
		s.notKept(w, r, err)
		return
	}
	if no.status != 0 {
		s.showSignin(w, r, no.status, no.typed, no.problem)
		return
	}
	// A fault here is logged, not shown: the visitor is signed in.
	if err := s.moveIn(r.Context(), before, now); err != nil {
		s.log.Error("what a browser did before it signed in stays apart", "error", err)
	}
	s.setCookie(w, "browser", fresh)
	s.setCookie(w, "name", "")
	s.seen(r.Context())
	http.Redirect(w, r, ownPath(r.PostForm.Get("back"), "/signin"), http.StatusSeeOther)
}

// refused is why somebody was not signed in; the zero value says that they are.
type refused struct {
	status  int
	problem string
	typed   string // stands in the form again
}

// signIn sends the code as now. One at a time, so that what is counted is what
// was looked at; nobody is answered meanwhile, for an answer may be read slowly.
func (s *Site) signIn(ctx context.Context, now visitor, from, typed, code, key string) (refused, error) {
	s.signing.Lock()
	defer s.signing.Unlock()
	switch {
	case !codeForm.MatchString(code) || !tokenForm.MatchString(key):
		return refused{status: http.StatusBadRequest, typed: typed, problem: "A code is six digits or more. Send link to sprintbot to get one."}, nil
	case from != "" && !s.limits.left("wrong code", from, wrongAgain, wrongPerAddress):
		return refused{status: http.StatusTooManyRequests, problem: "There were many wrong codes from your network just now. Wait a minute, or send your words to sprintbot in chat."}, nil
	}
	heard, err := s.command(ctx, now, key, "link "+code)
	if err != nil {
		return refused{}, err
	}
	linked, err := s.linked(ctx, now)
	if linked || err != nil {
		return refused{}, err
	}
	s.limits.allow("wrong code", "", wrongCools, wrongAltogether)
	if from != "" {
		s.limits.allow("wrong code", from, wrongAgain, wrongPerAddress)
	}
	no := refused{status: http.StatusBadRequest, problem: "That code is not known, or over. Send link to sprintbot for a new one."}
	if heard.Reply != nil && !heard.Reply.Silent() {
		no.problem = heard.Reply.Lines[0].Plain()
	}
	return no, nil
}

// moveIn gives what a browser did before it signed in to the person it is, and
// makes its session of before worth nothing.
func (s *Site) moveIn(ctx context.Context, before, now visitor) error {
	if !before.Known {
		return nil
	}
	return s.cfg.Store.Write(ctx, func(tx sprints.Tx) error {
		p, err := tx.PersonOf(s.handle(now))
		if err != nil {
			return err
		}
		if p.ID != before.Person.ID {
			if err := tx.JoinPersons(p.ID, before.Person.ID); err != nil {
				return err
			}
		}
		return tx.DropIdentity(s.handle(before))
	})
}

// linked says whether the visitor is a person known from chat too.
func (s *Site) linked(ctx context.Context, v visitor) (bool, error) {
	if v.ID == "" {
		return false, nil
	}
	linked := false
	err := s.cfg.Store.Read(ctx, func(view sprints.View) error {
		p, err := view.PersonOf(chat.Handle{Network: s.cfg.Name, ID: v.ID})
		if errors.Is(err, sprints.ErrNotFound) {
			return nil
		}
		if err != nil {
			return err
		}
		ids, err := view.Identities(p.ID)
		for _, id := range ids {
			linked = linked || id.Network != s.cfg.Name
		}
		return err
	})
	return linked, err
}

func (s *Site) postSignout(w http.ResponseWriter, r *http.Request) {
	if v := s.visitor(r); v.Known {
		linked, err := s.linked(r.Context(), v)
		if err == nil && linked {
			err = s.cfg.Store.Write(r.Context(), func(tx sprints.Tx) error { return tx.DropIdentity(s.handle(v)) })
		}
		if err != nil {
			s.notKept(w, r, err)
			return
		}
	}
	s.setCookie(w, "browser", "")
	s.setCookie(w, "name", "")
	http.Redirect(w, r, "/", http.StatusSeeOther)
}
