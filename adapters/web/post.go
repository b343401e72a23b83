package web

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"html/template"
	"net/http"
	"net/url"
	"regexp"

	"sprintbot/sprints"
	"sprintbot/sprints/chat"
)

// post is one message on its way to hear, with the form that waits for it.
type post struct {
	m    chat.Message
	key  string // the form's token
	done chan posted
}

type posted struct {
	heard chat.Heard
	err   error
}

var (
	errBusy    = errors.New("too much is being said at once")
	errStopped = errors.New("the bot is stopping")
)

const (
	postMax = 16 << 10 // bytes of a form
	wordMax = 500      // characters of a line
)

// listen gives hear what forms bring, from this one goroutine, in order.
func (s *Site) listen(ctx context.Context, hear func(ctx context.Context, ms []chat.Message) ([]chat.Heard, error)) {
	defer close(s.deaf)
	for {
		ps, lost, err := s.posts.Take(ctx, 64)
		if err != nil {
			return
		}
		if lost > 0 {
			s.log.Warn("forms were turned away", "count", lost)
		}
		ms := make([]chat.Message, len(ps))
		for i, p := range ps {
			ms[i] = p.m
		}
		heard, err := hear(ctx, ms)
		if err == nil && len(heard) != len(ps) {
			err = errors.New("not every message was answered")
		}
		if err != nil {
			s.log.Error("what visitors sent was not kept", "count", len(ps), "error", err)
		} else {
			s.mu.Lock()
			s.status.Last = s.cfg.Clock.Now()
			s.mu.Unlock()
		}
		for i, p := range ps {
			out := posted{err: err}
			if err == nil {
				out.heard = heard[i]
				s.settle(ctx, p, heard[i])
			}
			p.done <- out
		}
	}
}

// settle keeps what came of a message: an answer for its browser, or words
// that the lobby shows. A redelivery changes nothing.
func (s *Site) settle(ctx context.Context, p *post, h chat.Heard) {
	if !h.First {
		return
	}
	if h.Reply != nil && !h.Reply.Silent() {
		id, _ := chat.Direct(p.m.From).DirectID()
		s.drawers.put(id, answer{Key: p.key, At: p.m.At, Asked: p.m.Text.Command(), Reply: *h.Reply})
		s.hub.wake()
		return
	}
	if h.Reply == nil && !p.m.Direct {
		words := p.m.Line()
		doubt, err := s.cfg.Doubted(ctx, p.m.From)
		if err != nil {
			s.log.Warn("whose name a visitor wears can't be looked up", "error", err)
		}
		caveat := chat.Outgoing{As: &p.m.From, Doubt: doubt}.Caveat()
		s.lobby.add(saying{By: p.m.From.ID, who: chat.Handle{Network: s.cfg.Name, ID: p.m.From.ID}, Nick: p.m.From.Nick, From: caveat, At: p.m.At, Action: p.m.Kind == chat.Action, Body: template.HTML(textHTML(chat.Plainly(words)))}) // #nosec G203 -- escaped
		s.hub.wake()
	}
}

// send gives a message to hear and waits for what came of it.
func (s *Site) send(ctx context.Context, m chat.Message, key string) (chat.Heard, error) {
	p := &post{m: m, key: key, done: make(chan posted, 1)}
	if !s.posts.Put(p) {
		return chat.Heard{}, errBusy
	}
	select {
	case out := <-p.done:
		return out.heard, out.err
	case <-ctx.Done():
		return chat.Heard{}, ctx.Err()
	case <-s.deaf:
		select {
		case out := <-p.done:
			return out.heard, out.err
		default:
			return chat.Heard{}, errStopped
		}
	}
}

// messageID is the same for two taps on one button.
func messageID(v visitor, key, text string) string {
	sum := sha256.Sum256([]byte(v.ID + "\x00" + key + "\x00" + text))
	return "form:" + hex.EncodeToString(sum[:12])
}

// command runs a command line as the visitor's private word.
func (s *Site) command(ctx context.Context, v visitor, key, line string) (chat.Heard, error) {
	h := s.handle(v)
	return s.send(ctx, chat.Message{
		ID: messageID(v, key, line), In: chat.Direct(h), From: h, At: s.cfg.Clock.Now(),
		Text: chat.Plainly(line), Kind: chat.Said, Addressed: true, Direct: true, Inline: true,
	}, key)
}

// postDo is every button: do is a command line, back the page to return to.
func (s *Site) postDo(w http.ResponseWriter, r *http.Request) {
	v, key, ok := s.form(w, r)
	if !ok {
		return
	}
	line := sprints.OneLine(r.PostForm.Get("do"))
	back := ownPath(r.PostForm.Get("back"), "/")
	if line == "" || len([]rune(line)) > wordMax {
		s.problem(w, r, http.StatusBadRequest, "That button says nothing.", "Open the page again and tap once more.")
		return
	}
	if _, err := s.command(r.Context(), v, key, line); err != nil {
		s.notKept(w, r, err)
		return
	}
	s.seen(r.Context())
	http.Redirect(w, r, answered(back, key), http.StatusSeeOther)
}

// doors stand in front of a command; "!! really" and "! no" are words.
var doors = []*regexp.Regexp{
	regexp.MustCompile(`^(!)(\pL.*)$`),
	regexp.MustCompile(`^(?i)(@sprintbot[:,]?\s+|@?sprintbot[:,]\s*)(\S.*)$`),
}

// atDoor parts a line said to the bot into its door and the command.
func atDoor(line string) (door, command string, ok bool) {
	for _, d := range doors {
		if m := d.FindStringSubmatch(line); m != nil {
			return m[1], m[2], true
		}
	}
	return "", line, false
}

// postSay is the lobby's own field: words for everybody, or a command with
// "!" or "sprintbot:" in front, whose answer only this browser sees.
func (s *Site) postSay(w http.ResponseWriter, r *http.Request) {
	v, key, ok := s.form(w, r)
	if !ok {
		return
	}
	if !s.mayTalk(v) {
		s.problem(w, r, http.StatusForbidden, "The lobby is for people who signed in.", "Sign in with a code from chat, then come back.")
		return
	}
	line := sprints.OneLine(r.PostForm.Get("say"))
	switch {
	case line == "":
		http.Redirect(w, r, "/lobby#say", http.StatusSeeOther)
		return
	case len([]rune(line)) > wordMax:
		s.showLobby(w, r, http.StatusBadRequest, lobbyForm{Say: line, SayProblem: "That is over " + itoa(wordMax) + " characters. Say it in two pieces."})
		return
	case !s.limits.allow("room", "", 5, 30):
		s.showLobby(w, r, http.StatusTooManyRequests, lobbyForm{Say: line, SayProblem: "The lobby is very busy. Wait a moment and send it again."})
		return
	}
	m := chat.Message{ID: messageID(v, key, line), In: chat.Place{Network: s.cfg.Name, Channel: Room}, From: s.handle(v), At: s.cfg.Clock.Now(),
		Text: chat.Plainly(line), Kind: chat.Said}
	if door, command, ok := atDoor(line); ok {
		m.Door, m.Text, m.Addressed, m.Inline = door, chat.Plainly(command), true, true
	} else if words, me := cutPrefixFold(line, "/me "); me && words != "" {
		m.Kind, m.Text = chat.Action, chat.Plainly(words)
	}
	if _, err := s.send(r.Context(), m, key); err != nil {
		s.notKept(w, r, err)
		return
	}
	to := "/lobby#say"
	if _, ok := s.drawers.get(v.ID, key); ok {
		to = answered("/lobby", key)
	}
	s.seen(r.Context())
	http.Redirect(w, r, to, http.StatusSeeOther)
}

// postName sets what an anonymous visitor is called.
func (s *Site) postName(w http.ResponseWriter, r *http.Request) {
	v, _, ok := s.form(w, r)
	if !ok {
		return
	}
	if s.cfg.Lobby != Anonymous {
		s.problem(w, r, http.StatusForbidden, "Here you go by the name that chat knows.", "Change it there, and the page follows.")
		return
	}
	want := r.PostForm.Get("name")
	nick, problem := s.checkName(want, v)
	if problem != "" {
		s.showLobby(w, r, http.StatusBadRequest, lobbyForm{Name: cut(want, 60), NameProblem: problem})
		return
	}
	s.setCookie(w, "name", url.QueryEscape(nick))
	http.Redirect(w, r, "/lobby#say", http.StatusSeeOther)
}

// form reads a form and who sent it; where ok is false the answer is written.
func (s *Site) form(w http.ResponseWriter, r *http.Request) (v visitor, key string, ok bool) {
	r.Body = http.MaxBytesReader(w, r.Body, postMax)
	if err := r.ParseForm(); err != nil {
		status := http.StatusBadRequest
		var big *http.MaxBytesError
		if errors.As(err, &big) {
			status = http.StatusRequestEntityTooLarge
		}
		s.problem(w, r, status, "That form can't be read.", "Open the page again and tap once more.")
		return v, "", false
	}
	v = s.visitor(r)
	key = r.PostForm.Get("key")
	switch {
	case s.cfg.Lobby == Anonymous && v.ID == "":
		s.problem(w, r, http.StatusForbidden, "This page needs a cookie to know you again, and your browser sent none.",
			"Allow cookies for this page, or send the same words to sprintbot in chat.")
		return v, "", false
	case !s.mayAct(v):
		s.problem(w, r, http.StatusForbidden, "The page doesn't know you yet.", "Sign in with a code, or send the same words to sprintbot in chat.")
		return v, "", false
	case !tokenForm.MatchString(key):
		s.problem(w, r, http.StatusBadRequest, "That form is incomplete.", "Open the page again and tap once more.")
		return v, "", false
	case !s.limits.allow("browser", v.ID, 1, 10):
		s.problem(w, r, http.StatusTooManyRequests, "That was a lot at once.", "Wait a few seconds, then tap again.")
		return v, "", false
	}
	return v, key, true
}

// seen lets the page after a form show what the form did.
func (s *Site) seen(ctx context.Context) {
	if err := s.refresh(ctx); err != nil {
		s.log.Warn("the board could not follow a form", "error", err)
	}
}

func (s *Site) notKept(w http.ResponseWriter, r *http.Request, err error) {
	if !errors.Is(err, context.Canceled) {
		s.log.Warn("a form was not kept", "error", err)
	}
	w.Header().Set("Retry-After", "10")
	s.problem(w, r, http.StatusServiceUnavailable, "That was not kept: the bot is busy or restarting.", "Go back and tap again in a few seconds. Twice is counted once.")
}

// answered is back with the key of the answer to show there.
func answered(back, key string) string {
	u, err := url.Parse(back)
	if err != nil {
		return "/"
	}
	q := u.Query()
	q.Set("r", key)
	u.RawQuery, u.Fragment = q.Encode(), "ok"
	return u.String()
}

func cutPrefixFold(s, prefix string) (string, bool) {
	if len(s) < len(prefix) || fold(s[:len(prefix)]) != prefix {
		return s, false
	}
	return s[len(prefix):], true
}
