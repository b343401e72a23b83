package web

import (
	"net/http"
	"strings"
	"time"

	"sprintbot/sprints"
)

// issue is a free beginner's issue.
type issue struct {
	ID       sprints.IssueID
	Repo     string // owner/name
	Number   int
	Title    string
	URL      string
	Minutes  int
	Setup    int
	Langs    string
	Tier     int
	Project  string
	Slug     string
	Table    string // code of the project's first table, "" none
	LeadHere bool
	NoSetup  bool
	Sample   bool
	easy     sprints.EasyIssue
	Age      string // "List from 15:25, 25 min old." where the list is not fresh
}

// Ref is how people name the issue to the bot.
func (i issue) Ref() string { return i.Repo + "#" + itoa(i.Number) }

// Facts are what helps to choose, in words.
func (i issue) Facts() []string {
	var facts []string
	switch {
	case i.NoSetup:
		facts = append(facts, "no set-up")
	case i.Setup > 0:
		facts = append(facts, "set-up "+about(i.Setup))
	}
	if i.Langs != "" {
		facts = append(facts, i.Langs)
	}
	return facts
}

func (b *board) readIssues(v sprints.View) error {
	easy, err := v.EasyIssues(0)
	if err != nil {
		return err
	}
	for _, e := range sprints.Rank(easy, sprints.Wish{}, "", b.At, 0) {
		i := issue{
			ID: e.Issue.ID, Repo: e.Repo.FullName(), Number: e.Number, Title: e.Title, URL: webAddress(e.URL), Minutes: e.Minutes,
			Setup: e.Project.SetupMinutes, Langs: e.Project.Langs, Tier: e.Tier, Project: e.Project.Name, Slug: e.Project.Slug,
			LeadHere: e.LeadHere, NoSetup: sprints.NoSetup(e.EasyIssue), Sample: e.Repo.Sample || e.Project.Sample, easy: e.EasyIssue,
		}
		if len(e.Tables) > 0 {
			i.Table = e.Tables[0].Code
		}
		if old := b.At.Sub(e.Repo.SyncedAt); !i.Sample && !e.Repo.SyncedAt.IsZero() && old > staleList {
			i.Age = "List from " + b.clock(e.Repo.SyncedAt) + ", " + span(old) + " old. Look at the issue before you start."
		}
		b.Issues = append(b.Issues, i)
	}
	b.Easy = len(b.Issues)
	return nil
}

// staleList is how old a list of issues may be before its age is shown.
const staleList = 20 * time.Minute

// easyView is the page of easy issues.
type easyView struct {
	frame
	Cards   []issue
	Chosen  string
	Lang    string
	More    bool
	Rest    int // cards not shown
	Visitor visitor
	May     bool
	Held    string
	Until   string
	Said    *answer
	Key     string
	Back    string
	Ages    []string
}

// cardsShown bounds a page of easy issues.
const cardsShown = 60

func (s *Site) getEasy(w http.ResponseWriter, r *http.Request) {
	q := r.URL.Query()
	v := easyView{frame: s.frame("Easy issues", "easy"), Key: token(), Chosen: "all", Lang: cut(q.Get("lang"), 60), More: q.Has("more"), Back: r.URL.RequestURI()}
	v.On = "easyhead,banner,issue"
	for _, i := range v.Issues {
		switch {
		case q.Get("time") == "1h" && (i.Minutes == 0 || i.Minutes > 60),
			q.Get("setup") == "no" && !i.NoSetup,
			v.Lang != "" && !strings.Contains(fold(i.Langs), fold(v.Lang)):
			continue
		}
		if len(v.Cards) < cardsShown || q.Get("n") == "all" {
			v.Cards = append(v.Cards, i)
		} else {
			v.Rest++
		}
	}
	switch {
	case v.Lang != "" || v.More:
		v.Chosen = "more"
	case q.Get("time") == "1h":
		v.Chosen = "hour"
	case q.Get("setup") == "no":
		v.Chosen = "nosetup"
	}
	v.Visitor = s.welcome(w, r)
	v.May = s.mayAct(v.Visitor)
	if v.Visitor.Known {
		err := s.cfg.Store.Read(r.Context(), func(view sprints.View) (err error) {
			v.Held, err = held(view, v.Visitor.Person.ID)
			return err
		})
		if err != nil {
			s.notKept(w, r, err)
			return
		}
	}
	if a, ok := s.drawers.get(v.Visitor.ID, q.Get("r")); ok {
		v.Said = &a
	}
	s.render(w, r, http.StatusOK, "easy", v)
}
