package jobs_test

import (
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"sprintbot/adapters/wiki"
	"sprintbot/sprints"
	"sprintbot/sprints/chat"
)

// site is a small web site whose pages tests change.
type site struct {
	*httptest.Server
	mu    sync.Mutex
	pages map[string]string // "" is 500
	asked map[string]int
}

func newSite(t *testing.T, b *bench) *site {
	s := &site{pages: map[string]string{}, asked: map[string]int{}}
	s.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		s.mu.Lock()
		defer s.mu.Unlock()
		s.asked[r.URL.Path]++
		body, ok := s.pages[r.URL.Path]
		switch {
		case !ok:
			http.NotFound(w, r)
		case body == "":
			w.WriteHeader(http.StatusInternalServerError)
		default:
			w.Header().Set("Content-Type", "text/html; charset=utf-8")
			w.Header().Set("ETag", fmt.Sprintf(`"%d"`, len(body)))
			if r.Header.Get("If-None-Match") == w.Header().Get("ETag") {
				w.WriteHeader(http.StatusNotModified)
				return
			}
			fmt.Fprint(w, body)
		}
	}))
	t.Cleanup(s.Close)
	b.pages = wiki.New(wiki.Config{AllowLoopback: true})
	return s
}

func (s *site) set(path, body string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.pages[path] = body
}

func (b *bench) page(p sprints.Page) int64 {
	b.Helper()
	var id int64
	b.write(func(tx sprints.Tx) {
		var err error
		p.By, p.NextCheck = b.lead, tx.Now()
		id, err = tx.AddPage(p)
		b.must(err)
	})
	return id
}

// checked waits until the page of a project was looked at, at or after t.
func (b *bench) checked(project sprints.ProjectID, t time.Time) (found sprints.Page) {
	b.Helper()
	b.await("the page is read", func(v sprints.View) bool {
		var err error
		found, err = v.PageOf(project)
		b.must(err)
		return !found.CheckedAt.Before(t.Truncate(time.Millisecond)) && !found.CheckedAt.IsZero()
	})
	return found
}

func (b *bench) projectCalled(slug string) (found sprints.Project) {
	b.Helper()
	b.await("project "+slug, func(v sprints.View) bool {
		var err error
		found, err = v.ProjectBySlug(slug)
		return err == nil
	})
	return found
}

func TestAPageFillsAnEmptySummary(t *testing.T) {
	b := newBench(t, "")
	s := newSite(t, b)
	s.set("/foo", "<h1>Foo</h1><p>A kettle that boils water, over <b>copper</b>.</p>")
	b.begin()
	b.page(sprints.Page{Project: b.project, URL: s.URL + "/foo"})
	got := b.checked(b.project, b.clock.Now())
	if got.Title != "Foo" || got.Summary != "A kettle that boils water, over copper." || got.Status != 200 || got.Problem != "" || !got.NextCheck.Equal(b.clock.Now().Add(time.Hour)) {
		t.Errorf("%+v", got)
	}
	if p := b.projectCalled("copper-kettle"); p.Summary != got.Summary || p.Name != "Copper Kettle" {
		t.Errorf("%+v", p)
	}
	// A lead's own summary stays, whatever the page says later.
	b.write(func(tx sprints.Tx) {
		p, err := tx.Project(b.project)
		b.must(err)
		p.Summary = "Mine."
		b.must(tx.SaveProject(p))
	})
	s.set("/foo", "<h1>Foo</h1><p>Something else that is much longer.</p>")
	b.clock.add(time.Hour)
	if got := b.checked(b.project, b.clock.Now()); got.Summary != "Something else that is much longer." {
		t.Errorf("%+v", got)
	}
	if p := b.projectCalled("copper-kettle"); p.Summary != "Mine." {
		t.Errorf("%+v", p)
	}
	// And an unchanged one is told by its ETag.
	b.clock.add(time.Hour)
	if got := b.checked(b.project, b.clock.Now()); got.Summary != "Something else that is much longer." || got.Problem != "" {
		t.Errorf("%+v", got)
	}
	b.wantTold()
}

func TestAPageAloneBecomesAProject(t *testing.T) {
	b := newBench(t, "")
	s := newSite(t, b)
	s.set("/foo", "<h1>Tin  Whistle</h1><p>A whistle made of tin, mostly.</p>")
	b.begin()
	b.page(sprints.Page{URL: s.URL + "/foo"})
	p := b.projectCalled("tin-whistle")
	if p.Name != "Tin Whistle" || p.Summary != "A whistle made of tin, mostly." || p.State != sprints.Listed {
		t.Errorf("%+v", p)
	}
	b.read(func(v sprints.View) {
		leads, err := v.Leads(p.ID)
		b.must(err)
		if len(leads) != 1 || leads[0].ID != b.lead {
			t.Errorf("leads %+v", leads)
		}
		page, err := v.PageOf(p.ID)
		b.must(err)
		if page.URL != s.URL+"/foo" {
			t.Errorf("%+v", page)
		}
	})
	b.wantTold("Tin Whistle is registered from its page, with you as its lead.\nproject show tin-whistle\nrepo add tin-whistle owner/name\nannounce tin-whistle")
}

func TestATitleThatIsTakenGetsANumberUnlessItsLeadIsTheSame(t *testing.T) {
	b := newBench(t, "")
	s := newSite(t, b)
	s.set("/mine", "<h1>Copper Kettle</h1>")
	s.set("/theirs", "<h1>Tin Whistle</h1>")
	b.write(func(tx sprints.Tx) {
		bob, err := tx.Meet(chat.Handle{Network: "libera", ID: "account:bob", Nick: "bob"})
		b.must(err)
		_, err = sprints.Register(tx, bob.ID, "Tin Whistle")
		b.must(err)
	})
	b.begin()
	b.page(sprints.Page{URL: s.URL + "/theirs"})
	if p := b.projectCalled("tin-whistle-2"); p.Name != "Tin Whistle (2)" {
		t.Errorf("%+v", p)
	}
	b.clock.add(2 * time.Second)
	b.page(sprints.Page{URL: s.URL + "/mine"})
	b.await("the page is the project's", func(v sprints.View) bool {
		page, err := v.PageOf(b.project)
		return err == nil && page.URL == s.URL+"/mine"
	})
	b.read(func(v sprints.View) {
		all, err := v.Projects()
		b.must(err)
		if len(all) != 3 {
			t.Errorf("%d projects", len(all))
		}
	})
	if told := b.told(); len(told) != 2 || !strings.HasPrefix(told[1], "That is Copper Kettle's page now.\n") {
		t.Errorf("told %q", told)
	}
}

func TestABrokenPageIsToldToItsLeadOncePerProblem(t *testing.T) {
	b := newBench(t, "")
	s := newSite(t, b)
	b.begin()
	b.page(sprints.Page{Project: b.project, URL: s.URL + "/foo"})
	const again = "\nI look again and stay quiet about it. If Copper Kettle's page is somewhere else now, tell me:\npage copper-kettle https://…"
	missing := s.URL + "/foo could not be read. The page answered 404." + again
	for i, wait := range []time.Duration{5, 10, 20, 40, 80, 160, 320, 360, 360} {
		got := b.checked(b.project, b.clock.Now())
		if want := b.clock.Now().Add(wait * time.Minute); got.Problem != "The page answered 404." || !got.NextCheck.Equal(want) {
			t.Fatalf("%d: %q, next %s, want %s", i, got.Problem, got.NextCheck, want)
		}
		b.clock.set(got.NextCheck)
	}
	b.checked(b.project, b.clock.Now())
	b.wantTold(missing)

	s.set("/foo", "<h1>Foo</h1>")
	b.clock.add(6 * time.Hour)
	if got := b.checked(b.project, b.clock.Now()); got.Problem != "" || got.Told != "" {
		t.Errorf("%+v", got)
	}
	// Away for a moment: no word. Away for longer: a word.
	s.set("/foo", "")
	b.clock.add(time.Hour)
	if got := b.checked(b.project, b.clock.Now()); got.Problem != "The page answered 500." || got.Told != "" {
		t.Errorf("%+v", got)
	}
	b.clock.add(5 * time.Minute)
	if got := b.checked(b.project, b.clock.Now()); got.Told != "The page answered 500." {
		t.Errorf("%+v", got)
	}
}

func TestAPageThatNamesNothingIsTold(t *testing.T) {
	b := newBench(t, "")
	s := newSite(t, b)
	s.set("/foo", "<p>No title anywhere on this page.</p>")
	b.begin()
	b.page(sprints.Page{URL: s.URL + "/foo"})
	b.await("the lead is told", func(v sprints.View) bool { return len(b.told()) > 0 })
	b.wantTold(s.URL + "/foo could not be read. It has no title that could name a project." +
		"\nNothing is registered yet. I look again; or name the project yourself, or give me another address:\nproject new NAME\npage https://…")
	s.set("/foo", "<h1>Tin Whistle</h1>")
	b.clock.add(5 * time.Minute)
	b.projectCalled("tin-whistle")
}

func TestAPrivateAddressIsTold(t *testing.T) {
	b := newBench(t, "")
	newSite(t, b)
	b.pages = wiki.New(wiki.Config{})
	b.begin()
	b.page(sprints.Page{Project: b.project, URL: "http://169.254.169.254/latest"})
	if got := b.checked(b.project, b.clock.Now()); got.Problem != "The address leads into a private network; I may not read it." {
		t.Errorf("%+v", got)
	}
}

func TestWhoIsForgottenWhileTheirPageIsReadStaysForgotten(t *testing.T) {
	b := newBench(t, "")
	forget := func() {
		b.write(func(tx sprints.Tx) {
			_, err := tx.ForgetPerson(b.lead)
			b.must(err)
		})
	}
	b.pages = fetching(func(context.Context, string) (sprints.RemotePage, error) {
		forget()
		return sprints.RemotePage{Title: "Tin Whistle", Status: 200}, nil
	})
	b.page(sprints.Page{URL: "https://wiki.example/foo"})
	b.begin()
	b.ran("read pages", b.clock.Now())
	b.read(func(v sprints.View) {
		due, err := v.DuePages(v.Now().AddDate(1, 0, 0), 10)
		b.must(err)
		if _, err := v.ProjectBySlug("tin-whistle"); err == nil || len(due) != 0 {
			t.Errorf("project by %v, pages %+v", err, due)
		}
	})
}

// fetching is a reader of pages that does what a test needs.
type fetching func(ctx context.Context, address string) (sprints.RemotePage, error)

func (f fetching) Fetch(ctx context.Context, address, _ string) (sprints.RemotePage, error) {
	return f(ctx, address)
}

func TestAPageThatPanicsStopsNoOther(t *testing.T) {
	b := newBench(t, "")
	b.pages = fetching(func(_ context.Context, address string) (sprints.RemotePage, error) {
		if strings.HasSuffix(address, "bad") {
			panic("bad page")
		}
		return sprints.RemotePage{Title: "Good", Status: 200}, nil
	})
	b.page(sprints.Page{Project: b.project, URL: "https://wiki.example/bad"})
	b.page(sprints.Page{URL: "https://wiki.example/good"})
	b.begin()
	b.projectCalled("good")
	if got := b.checked(b.project, b.clock.Now()); got.Problem != "I stumbled over the page." {
		t.Errorf("%+v", got)
	}
}
