package web

import (
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"encoding/hex"
	"errors"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"sprintbot/sprints"
	"sprintbot/sprints/chat"
)

// visitor is the browser a request came from. The cookie is a random token;
// only its hash leaves this file, as the stable id of the identity.
type visitor struct {
	ID     string // "browser:…", "" without a cookie
	Nick   string // as others see it
	Person sprints.Person
	Known  bool // Person is set: signed in, or somebody who did something before
}

const cookieDays = 14

var tokenForm = regexp.MustCompile(`^[A-Za-z0-9_-]{22,43}$`)

// token is 128 random bits in letters.
func token() string {
	var b [16]byte
	_, _ = rand.Read(b[:]) // never fails
	return base64.RawURLEncoding.EncodeToString(b[:])
}

func browserID(token string) string {
	sum := sha256.Sum256([]byte("sprintbot browser " + token))
	return "browser:" + hex.EncodeToString(sum[:16])
}

// visitorName is what a browser is called until it chooses a name.
func visitorName(id string) string {
	sum := sha256.Sum256([]byte(id))
	return "visitor " + itoa(1+int(binary.BigEndian.Uint32(sum[:4])%9999))
}

func (s *Site) secure() bool { return strings.HasPrefix(s.cfg.URL, "https://") }

func (s *Site) cookieName(what string) string {
	if s.secure() {
		return "__Host-sprintbot-" + what
	}
	return "sprintbot-" + what
}

func (s *Site) setCookie(w http.ResponseWriter, what, value string) {
	c := &http.Cookie{Name: s.cookieName(what), Value: value, Path: "/", MaxAge: cookieDays * 24 * 3600,
		HttpOnly: true, SameSite: http.SameSiteLaxMode, Secure: s.secure()}
	if value == "" {
		c.MaxAge = -1
	}
	http.SetCookie(w, c)
}

// visitor is who a request comes from; the zero visitor if it brings no cookie
// or the store can't be read.
func (s *Site) visitor(r *http.Request) visitor {
	c, err := r.Cookie(s.cookieName("browser"))
	if err != nil || !tokenForm.MatchString(c.Value) {
		return visitor{}
	}
	v := visitor{ID: browserID(c.Value)}
	v.Nick = visitorName(v.ID)
	err = s.cfg.Store.Read(r.Context(), func(view sprints.View) (err error) {
		v.Person, err = view.PersonOf(s.handle(v))
		return err
	})
	switch {
	case err == nil:
		v.Known = true
		if v.Person.Nick != "" {
			v.Nick = v.Person.Nick
		}
	case !errors.Is(err, sprints.ErrNotFound):
		s.log.Warn("a browser's person can't be read", "error", err)
		return visitor{}
	}
	if s.cfg.Lobby == Anonymous {
		if c, err := r.Cookie(s.cookieName("name")); err == nil {
			if name, err := url.QueryUnescape(c.Value); err == nil {
				if nick, problem := s.checkName(name, v); problem == "" {
					v.Nick = nick
				}
			}
		}
	}
	return v
}

// welcome is visitor, and in an anonymous lobby gives a browser without a
// cookie one: pages with a form need it, so that two taps are one person.
func (s *Site) welcome(w http.ResponseWriter, r *http.Request) visitor {
	v := s.visitor(r)
	if v.ID == "" && s.cfg.Lobby == Anonymous {
		t := token()
		s.setCookie(w, "browser", t)
		v.ID = browserID(t)
		v.Nick = visitorName(v.ID)
	}
	return v
}

// mayAct says whether the page takes this visitor's word.
func (s *Site) mayAct(v visitor) bool {
	return v.ID != "" && (v.Known || s.cfg.Lobby == Anonymous)
}

// mayTalk says whether the lobby is open to this visitor.
func (s *Site) mayTalk(v visitor) bool { return s.cfg.Lobby != Off && s.mayAct(v) }

func (s *Site) handle(v visitor) chat.Handle {
	return chat.Handle{Network: s.cfg.Name, ID: v.ID, Nick: v.Nick}
}

var visitorForm = regexp.MustCompile(`^(?i)visitor\s*\d*$`)

// checkName is the name a visitor wants, tidied; problem says in words why it
// can't be had.
func (s *Site) checkName(name string, v visitor) (nick, problem string) {
	nick = sprints.OneLine(name)
	switch {
	case nick == "" || !strings.ContainsFunc(nick, func(r rune) bool { return unicode.IsLetter(r) || unicode.IsDigit(r) }):
		return "", "A name needs a letter. Try a short one."
	case utf8.RuneCountInString(nick) > 24:
		return "", "A name has at most 24 characters. Try a shorter one."
	case strings.ContainsAny(nick, "<>@#!:"):
		return "", "A name goes without < > @ # ! and colons. Try letters and digits."
	case nick == visitorName(v.ID):
		return nick, ""
	case visitorForm.MatchString(nick):
		return "", "That is what the page calls people without a name. Try another one."
	case v.Known && nick == v.Person.Nick:
		return nick, ""
	}
	taken := append([]string{"sprintbot", s.cfg.Name}, s.cfg.Reserved()...)
	if b := s.board.Load(); b != nil {
		taken = append(taken, b.Reserved...)
	}
	for _, t := range taken {
		if passes(t, nick) {
			return "", "That name is somebody's here, or looks like it. Try another one."
		}
	}
	if slices.ContainsFunc(s.lobby.speakers(s.cfg.Clock.Now().Add(-time.Hour), v.ID), func(n string) bool { return passes(n, nick) }) {
		return "", "Somebody in the lobby goes by that name. Try another one."
	}
	return nick, ""
}

// passes says that one name may be taken for the other. On a page nobody knows
// a visitor by, a small i is too near an l as well.
func passes(a, b string) bool {
	loose := strings.NewReplacer("i", "l")
	return chat.Alike(a, b) || chat.Alike(loose.Replace(strings.ToLower(a)), loose.Replace(strings.ToLower(b)))
}
