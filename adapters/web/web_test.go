package web_test

import (
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"sprintbot/adapters/web"
	"sprintbot/sprints"
	"sprintbot/sprints/chat"
)

func TestTheBoardShowsEveryProjectWithItsTableAndSeats(t *testing.T) {
	k := start(t, web.Config{Lobby: web.Anonymous}, fillSample)
	page := k.browser().get("/")
	contains(t, page, "Sample data. Nobody here is real.", "Day 3 of 4, Wed 19 May", "<b>61 people</b> at 12 projects.", "<b>33 free seats</b>: any of them is yours.",
		`href="/p/larkfield"`, "Names the bird you just heard", "Room 301", "As of 15:50:12")
	if copper, wind := strings.Index(page, "Copperkettle"), strings.Index(page, "Windowbox"); copper < 0 || wind < copper {
		t.Error("projects are not listed from A to Z")
	}
	if n := strings.Count(page, `class="boxed">Full<`); n != 2 {
		t.Errorf("%d projects are full, want 2", n)
	}
}

// venue is two rooms with a project's table and one without.
func venue(k *kit) {
	k.write(func(tx sprints.Tx) error {
		day, err := sprints.ParseDay("2027-05-19")
		if err != nil {
			return err
		}
		if err := tx.SetEvent(sprints.Event{Name: "Sprints", Zone: newYork(k.t), First: day, Last: day}); err != nil {
			return err
		}
		for code, room := range map[string]string{"B4": "301", "C1": "302"} {
			if err := tx.SaveTable(sprints.Table{Code: code, Seats: 8, Room: sprints.Room{Code: room, Name: "Room " + room}}); err != nil {
				return err
			}
		}
		for _, name := range []string{"Larkfield", "Mossgrow"} {
			id, err := tx.AddProject(sprints.Project{Slug: strings.ToLower(name), Name: name, State: sprints.Listed, At: tx.Now()})
			if err != nil {
				return err
			}
			if name == "Larkfield" {
				err = tx.UseTable("B4", id, 0)
			}
			if err != nil {
				return err
			}
		}
		return nil
	})
}

func TestThoseAtTablesWithoutAProjectAreCountedAsThat(t *testing.T) {
	k := start(t, web.Config{Lobby: web.Anonymous}, venue)
	s, b := k.browser().events("on=totals,rooms,map"), k.browser()
	s.next()
	contains(t, b.get("/"), "<b>0 people</b> at 2 projects. <b>8 free seats</b>")
	lacks(t, b.get("/"), "Room 302")
	k.sitDown("irc", "account:ada", "C1")
	contains(t, s.until("totals"), "<b>1 person</b>, not at a project yet. <b>15 free seats</b>")
	k.sitDown("irc", "account:bob", "B4")
	contains(t, s.until("totals"), "<b>2 people</b>, 1 of them at 1 project. <b>14 free seats</b>")
	page := b.get("/")
	contains(t, page, "<span>Room 301</span> <span><b>7</b> of 8 free", "<span>Room 302</span> <span><b>7</b> of 8 free")
	contains(t, b.get("/map"), "<h2>Room 302</h2>", "</span>C1</span>", "<h3>No project yet</h3>", `<h3><a href="/p/larkfield">`)
}

func TestFiltersAreLinksThatShowWhatTheyCount(t *testing.T) {
	k := start(t, web.Config{Lobby: web.Anonymous}, fillSample)
	b := k.browser()
	page := b.get("/?free=1")
	contains(t, page, "Copperkettle", `href="/?free=1" class="wide-only" aria-current="true"`)
	lacks(t, page, `href="/p/nightjar"`, `href="/p/lanternfish"`)
	page = b.get("/?q=forms&lang=C")
	contains(t, page, `href="/p/paperboat"`, "1 project of 12.", `value="forms"`)
	lacks(t, page, `href="/p/larkfield"`)
	contains(t, b.get("/?q=nothing+like+it"), "0 projects of 12.", `<a href="/">show all</a>`)
}

func TestTheProjectPageSaysWhereAndHowToSitDown(t *testing.T) {
	k := start(t, web.Config{Lobby: web.Anonymous}, fillSample)
	page := k.browser().get("/p/larkfield")
	contains(t, page, "<title>Larkfield, table B4</title>", "Room 301, 1st floor", "<b>3 of 8</b> seats free", "The lead, <b>wren</b>, is here with 4 more.",
		`value="here B4"`, "Fix the example on the install page", `value="take sample/larkfield#172"`)
	page = k.browser().get("/p/none")
	contains(t, page, "There is no project none here.", `href="/"`)
}

func TestAPageThatCantBeReadIsNotLinked(t *testing.T) {
	page := sprints.Page{URL: "https://wiki.example.org/Larkfield", Title: "Larkfield's page"}
	k := start(t, web.Config{Lobby: web.Anonymous}, fillSample)
	keep := func() {
		k.write(func(tx sprints.Tx) error {
			p, err := tx.ProjectBySlug("larkfield")
			if err == nil {
				page.Project = p.ID
				_, err = tx.AddPage(page)
			}
			return err
		})
	}
	keep()
	contains(t, k.browser().get("/p/larkfield"), page.URL, "Larkfield&#39;s page")
	page.Problem = "The wiki says that it is not there."
	keep()
	lacks(t, k.browser().get("/p/larkfield"), page.URL, "Larkfield&#39;s page", page.Problem)
}

func TestPeopleNotSignedInAreToldHowToSayIt(t *testing.T) {
	k := start(t, web.Config{Lobby: web.SignedIn, Readers: names("Slack", "IRC")}, fillSample)
	b := k.browser()
	page := b.get("/p/larkfield")
	contains(t, page, "Send <b>here B4</b> to sprintbot on Slack and IRC.", `href="/signin?back=%2fp%2flarkfield"`)
	lacks(t, page, `value="here B4"`)
	contains(t, b.get("/lobby"), "The lobby is for people who signed in", `href="/signin?back=/lobby"`)
	contains(t, b.get("/easy"), "Send <b>take sample/")
	res, body := b.post("/do", url.Values{"key": {strings.Repeat("k", 22)}, "do": {"here B4"}, "back": {"/p/larkfield"}})
	if res.StatusCode != http.StatusForbidden || len(k.messages()) > 0 {
		t.Errorf("%s, %v", res.Status, k.messages())
	}
	contains(t, body, "doesn&#39;t know you yet", "/signin")
	if len(res.Cookies()) > 0 {
		t.Error("somebody who only looks is given a cookie")
	}
}

func TestTwoTapsSeatOnePersonOnce(t *testing.T) {
	k := start(t, web.Config{Lobby: web.Anonymous}, fillSample)
	b := k.browser()
	form := url.Values{"key": {b.key(b.get("/p/larkfield"))}, "do": {"here B4"}, "back": {"/p/larkfield"}}
	for range 2 {
		res, _ := b.post("/do", form)
		if res.StatusCode != http.StatusSeeOther || res.Header.Get("Location") != "/p/larkfield?r="+form.Get("key")+"#ok" {
			t.Errorf("%s to %s", res.Status, res.Header.Get("Location"))
		}
	}
	if n, heard := k.sits("B4"), len(k.messages()); n != 6 || heard != 1 {
		t.Errorf("%d sit at B4 after %d messages", n, heard)
	}
	m := k.messages()[0]
	if !m.Addressed || !m.Inline || !m.Direct || m.Text.Plain() != "here B4" || !strings.HasPrefix(m.From.ID, "browser:") || m.In != chat.Direct(m.From) {
		t.Errorf("heard %+v", m)
	}
	contains(t, b.get("/p/larkfield"), "You are at table B4", "I’m leaving", "wren and 5 more")
	contains(t, b.get("/"), "<b>62 people</b>")
}

func TestARefusalIsShownOnThePageWithItsNextStep(t *testing.T) {
	k := start(t, web.Config{Lobby: web.Anonymous}, fillSample)
	b := k.browser()
	res, _ := b.post("/do", url.Values{"key": {b.key(b.get("/p/larkfield"))}, "do": {"here Z9"}, "back": {"/p/larkfield"}})
	page := b.get(strings.TrimSuffix(res.Header.Get("Location"), "#ok"))
	contains(t, page, "sprintbot says", `I know no table called &#34;Z9&#34;.`, `value="projects"`)
	lacks(t, k.browser().get(strings.TrimSuffix(res.Header.Get("Location"), "#ok")), "sprintbot says")
}

func TestWhatIsNotKeptIsSaid(t *testing.T) {
	k := start(t, web.Config{Lobby: web.Anonymous}, fillSample)
	b := k.browser()
	form := url.Values{"key": {b.key(b.get("/p/larkfield"))}, "do": {"here B4"}, "back": {"/p/larkfield"}}
	k.mu.Lock()
	k.fail = errors.New("disk full")
	k.mu.Unlock()
	res, body := b.post("/do", form)
	if res.StatusCode != http.StatusServiceUnavailable {
		t.Error(res.Status)
	}
	contains(t, body, "That was not kept")
	lacks(t, body, "disk full")
	k.mu.Lock()
	k.fail = nil
	k.mu.Unlock()
	if res, _ := b.post("/do", form); res.StatusCode != http.StatusSeeOther || k.sits("B4") != 6 {
		t.Errorf("the same form sent again: %s, %d sit", res.Status, k.sits("B4"))
	}
}

func TestTakingAnIssueShowsWhatIsHeldAndHidesTheCard(t *testing.T) {
	k := start(t, web.Config{Lobby: web.Anonymous}, fillSample)
	b := k.browser()
	page := b.get("/easy")
	contains(t, page, "31 are free. Take one and it is yours for 3 hours.", "about 30 min", "Lead is here now")
	s := k.browser().events("on=issue")
	s.next()
	b.post("/do", url.Values{"key": {b.key(page)}, "do": {"take sample/larkfield#172"}, "back": {"/easy"}})
	page = b.get("/easy")
	contains(t, page, "30 are free.", "You hold sample/larkfield#172", "Give it back")
	lacks(t, page, "Fix the example on the install page")
	_, id, _ := strings.Cut(k.issue("larkfield", 172), " ")
	contains(t, s.until("issue:"+id), "Not free any more, since a moment ago.", "Much like it: ", "Larkfield #")
	contains(t, b.get("/easy?time=1h"), `href="/easy?time=1h" aria-current="true"`)
}

func TestPagesBeforeAfterAndWithoutAnything(t *testing.T) {
	k := start(t, web.Config{Lobby: web.Anonymous}, nil)
	contains(t, k.browser().get("/"), "No project yet. Leads: send <code>project new NAME</code>")
	contains(t, k.browser().get("/screen/board"), "No project has a table yet.")

	early := start(t, web.Config{Lobby: web.Anonymous}, func(k *kit) {
		fillSample(k)
		k.clock.set(afternoon(t).AddDate(0, 0, -9))
	})
	contains(t, early.browser().get("/"), "Starts Mon 17 May", "The sprint starts Mon 17 May. 12 projects are on the board.")
	page := early.browser().get("/p/larkfield")
	contains(t, page, "Sitting down opens Mon 17 May.")
	lacks(t, page, "I’m sitting here")

	late := start(t, web.Config{Lobby: web.Anonymous}, func(k *kit) {
		fillSample(k)
		k.clock.set(afternoon(t).AddDate(0, 0, 9))
	})
	page = late.browser().get("/")
	contains(t, page, "The sprint is over. Thank you, all 61 of you.", "Ended Thu 20 May")
	lacks(t, page, "I’m sitting here", "Find an easy issue", ">Full<")
	lacks(t, late.browser().get("/p/larkfield"), "I’m sitting here", "Take it")
}

func TestHealthTellsAndFailsWhenAPersonMustLook(t *testing.T) {
	status := map[string]chat.Status{"libera": {Up: true, Since: afternoon(t), Note: "connected as sprintbot"}}
	k := start(t, web.Config{Lobby: web.SignedIn, Status: func() map[string]chat.Status { return status }}, fillSample)
	res, body := k.health()
	if res.StatusCode != http.StatusOK {
		t.Error(res.Status, body)
	}
	contains(t, body, `"ok": true`, `"store": "writable"`, `"libera"`, `"lobby"`)

	ill := map[string]chat.Status{"libera": {Since: afternoon(t).Add(-time.Hour), Note: "password refused", Fatal: true}}
	k = start(t, web.Config{Lobby: web.SignedIn, Status: func() map[string]chat.Status { return ill }}, fillSample)
	res, body = k.health()
	if res.StatusCode != http.StatusServiceUnavailable {
		t.Error(res.Status)
	}
	contains(t, body, `"ok": false`, "libera gave up: password refused")
}

// TestWhatWaitsForANetworkThatIsGoneIsNoIllness has words wait for an hour, for a
// network that is there, for one that was taken out, and for a channel that was.
func TestWhatWaitsForANetworkThatIsGoneIsNoIllness(t *testing.T) {
	out := chat.Place{Network: "libera", Channel: "#gone"}
	for to, status := range map[chat.Place]int{{Network: "libera", Channel: "#a"}: http.StatusServiceUnavailable, {Network: "gone", Channel: "#a"}: http.StatusOK, out: http.StatusOK} {
		up := map[string]chat.Status{"libera": {Up: true, Since: afternoon(t)}}
		k := start(t, web.Config{Lobby: web.SignedIn, Status: func() map[string]chat.Status { return up }}, func(k *kit) {
			fillSample(k)
			k.clock.set(afternoon(t).Add(-time.Hour))
			err := k.store.Write(k.t.Context(), func(tx sprints.Tx) error {
				if _, _, err := tx.Post(chat.Outgoing{Key: "old", To: to, Kind: chat.Said, Reply: chat.Saying(chat.Plainly("hi"))}); err != nil {
					return err
				}
				return tx.Hold(out, time.Time{}, sprints.Outside)
			})
			if err != nil {
				k.t.Fatal(err)
			}
			k.clock.set(afternoon(t))
		})
		res, body := k.health()
		if res.StatusCode != status {
			t.Error(to, res.Status, body)
		}
		contains(t, body, `"waiting": 1`)
	}
}

func (k *kit) health() (*http.Response, string) {
	k.t.Helper()
	req, err := http.NewRequestWithContext(k.t.Context(), http.MethodGet, k.base+"/healthz", nil)
	if err != nil {
		k.t.Fatal(err)
	}
	return k.browser().do(req)
}

// issue is the slug and the id of an issue of the sample.
func (k *kit) issue(slug string, number int) string {
	k.t.Helper()
	var id sprints.IssueID
	err := k.store.Read(k.t.Context(), func(v sprints.View) error {
		repo, err := v.RepoByName("sample", slug)
		if err != nil {
			return err
		}
		i, err := v.IssueByNumber(repo.ID, number)
		id = i.ID
		return err
	})
	if err != nil {
		k.t.Fatal(err)
	}
	return fmt.Sprint(slug, " ", id)
}
