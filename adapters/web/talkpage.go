package web

import (
	"net/http"
	"strings"
	"time"

	"sprintbot/sprints/chat"
)

// lobbyForm is what a visitor typed that could not be taken.
type lobbyForm struct {
	Say, SayProblem   string
	Name, NameProblem string
}

// lobbyView is the lobby's page.
type lobbyView struct {
	frame
	lobbyForm
	Visitor   visitor
	May       bool
	Anonymous bool
	Log       []sayingView
	Mine      []answerView
	Here      []string
	Readers   string
	Table     string // a table with a free seat, for the example
	Key       string
	TryKey    string
}

// sayingView is one entry of the log.
type sayingView struct {
	saying
	ID    string
	Clock string
}

// answerView is an answer with the form that its buttons need.
type answerView struct {
	answer
	ID    string
	Clock string
	Key   string
	Back  string
}

// clock is when something was said, as it is read now.
func (s *Site) clock(b *shown, t time.Time) string {
	return chat.Clock(s.cfg.Clock.Now(), t.In(b.Event.Zone))
}

func (s *Site) sayingView(b *shown, e saying) sayingView {
	return sayingView{e, sayingID(e.N), s.clock(b, e.At)}
}

func (s *Site) answerView(b *shown, a answer, back string) answerView {
	return answerView{a, "mine-" + itoa(a.N), s.clock(b, a.At), token(), back}
}

func (s *Site) getLobby(w http.ResponseWriter, r *http.Request) {
	s.showLobby(w, r, http.StatusOK, lobbyForm{})
}

func (s *Site) showLobby(w http.ResponseWriter, r *http.Request, status int, form lobbyForm) {
	v := lobbyView{frame: s.frame("Chat in the lobby", "lobby"), lobbyForm: form, Key: token(), TryKey: token(), Anonymous: s.cfg.Lobby == Anonymous}
	v.Visitor = s.welcome(w, r)
	v.May = s.mayTalk(v.Visitor)
	v.Readers = "Read by everybody who has this page open."
	if all := s.cfg.Readers(); len(all) > 0 {
		v.Readers = "Read by people on " + people(all, 0) + ", and on this page."
	}
	v.Table = "B4"
	for _, row := range v.Rows {
		if row.Open() {
			v.Table = row.Tables[0].Code
			break
		}
	}
	if v.May {
		v.On = "lobby,banner"
		said, version, _ := s.lobby.since(0)
		v.frame.At.said = version
		for _, e := range said {
			v.Log = append(v.Log, s.sayingView(v.shown, e))
		}
		for _, a := range s.drawers.since(v.Visitor.ID, 0) {
			v.frame.At.mine = a.N
			v.Mine = append(v.Mine, s.answerView(v.shown, a, "/lobby"))
		}
		v.Here = s.lobby.speakers(s.cfg.Clock.Now().Add(-30*time.Minute), "")
	}
	s.render(w, r, status, "lobby", v)
}

// Who spoke lately, in words.
func (v lobbyView) Who() string { return strings.Join(v.Here, ", ") }
