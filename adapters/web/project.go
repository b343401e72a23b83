package web

import (
	"context"
	"errors"
	"net/http"
	"strings"

	"sprintbot/sprints"
)

// projectView is a project's page.
type projectView struct {
	frame
	row
	Own     []issue // its easy issues
	Repos   []string
	Page    sprints.Page
	Visitor visitor
	May     bool // the page takes this visitor's word
	Here    bool // the visitor sits here
	SeatAt  string
	Since   string
	Shown   []string // nicks of people here who let them be shown
	More    int      // others here
	Held    string   // the issue the visitor holds, as owner/name#12
	Said    *answer  // what the bot answered to the last tap
	Key     string
	Back    string
}

func (s *Site) getProject(w http.ResponseWriter, r *http.Request) {
	slug := r.PathValue("slug")
	b := s.board.Load()
	project, ok := b.row(slug)
	if !ok {
		if lower := strings.ToLower(slug); lower != slug {
			if _, ok := b.row(lower); ok {
				http.Redirect(w, r, "/p/"+lower, http.StatusMovedPermanently)
				return
			}
		}
		s.problem(w, r, http.StatusNotFound, "There is no project "+cut(slug, 60)+" here.", "The board has all projects.")
		return
	}
	v := projectView{frame: s.frame(project.Name, "project"), row: project, Key: token(), Back: "/p/" + slug}
	v.On = "seats:" + slug + ",banner,issue"
	if t := project.Plate(); t != nil {
		v.Title += ", table " + t.Code
	}
	for _, i := range b.Issues {
		if i.Slug == slug {
			v.Own = append(v.Own, i)
		}
	}
	v.Visitor = s.welcome(w, r)
	v.May = s.mayAct(v.Visitor)
	if err := s.readProject(r.Context(), &v); err != nil {
		s.log.Error("a project's page can't be read", "error", err)
		s.notKept(w, r, err)
		return
	}
	if a, ok := s.drawers.get(v.Visitor.ID, r.URL.Query().Get("r")); ok {
		v.Said = &a
	}
	s.render(w, r, http.StatusOK, "project", v)
}

// readProject adds what the board does not hold.
func (s *Site) readProject(ctx context.Context, p *projectView) error {
	return s.cfg.Store.Read(ctx, func(v sprints.View) error {
		repos, err := v.ReposOf(p.ID)
		if err != nil {
			return err
		}
		for _, r := range repos {
			p.Repos = append(p.Repos, r.FullName())
		}
		if p.Page, err = v.PageOf(p.ID); err != nil && !errors.Is(err, sprints.ErrNotFound) {
			return err
		}
		if p.Page.URL = webAddress(p.Page.URL); p.Page.Problem != "" {
			p.Page = sprints.Page{} // nobody is sent to a page that can't be read
		}
		seats, err := v.SeatedNow(p.Today)
		if err != nil {
			return err
		}
		for _, seat := range seats {
			if seat.Project != p.ID {
				continue
			}
			me := p.Visitor.Known && seat.Person == p.Visitor.Person.ID
			if me {
				p.Here, p.SeatAt, p.Since = true, seat.Table, p.clock(seat.In)
			}
			person := sprints.Person{}
			if seat.Person != 0 {
				if person, err = v.Person(seat.Person); err != nil && !errors.Is(err, sprints.ErrNotFound) {
					return err
				}
			}
			if person.Shown && person.Nick != "" {
				p.Shown = append(p.Shown, person.Nick)
			} else {
				p.More++
			}
		}
		if p.Visitor.Known {
			p.Held, err = held(v, p.Visitor.Person.ID)
		}
		return err
	})
}

// Named says that the line about the lead does not name everybody already.
func (p projectView) Named() bool {
	return len(p.Shown) > 1 || len(p.Shown) == 1 && p.Shown[0] != p.Lead
}

// Who are the people here in words: "wren, otter and 4 more".
func (p projectView) Who() string { return people(p.Shown, p.More) }

func people(shown []string, more int) string {
	if more > 0 {
		what := itoa(more) + " more"
		if len(shown) == 0 {
			what = count(more, "person", "people")
		}
		shown = append(shown[:len(shown):len(shown)], what)
	}
	if n := len(shown); n > 1 {
		return strings.Join(shown[:n-1], ", ") + " and " + shown[n-1]
	}
	return strings.Join(shown, "")
}

// held is the issue a person holds, "" none.
func held(v sprints.View, id sprints.PersonID) (string, error) {
	claims, err := v.ClaimsOf(id)
	if err != nil || len(claims) == 0 {
		return "", err
	}
	i, err := v.Issue(claims[0].Issue)
	if err != nil {
		return "", err
	}
	repo, err := v.Repo(i.Repo)
	return sprints.IssueRef(repo, i.Number), err
}
