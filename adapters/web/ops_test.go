package web_test

import (
	"html"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"sprintbot/adapters/web"
	"sprintbot/sprints"
	"sprintbot/sprints/chat"
)

// troubled leaves a place that is held, one that is paused, and a failed job.
func (k *kit) troubled() {
	k.write(func(tx sprints.Tx) error {
		room, other := chat.Place{Network: "pycon", Channel: "#sprints"}, chat.Place{Network: "libera", Channel: "#<script>"}
		if err := tx.Hold(room, tx.Now().Add(time.Minute), "not in <b>channel</b>"); err != nil {
			return err
		}
		if err := tx.Learned(room, 4*time.Second); err != nil {
			return err
		}
		if _, err := tx.PauseBridge(other); err != nil {
			return err
		}
		for _, to := range []chat.Place{room, chat.Direct(chat.Handle{Network: "pycon", ID: "USECRET"})} {
			if _, _, err := tx.Post(chat.Outgoing{Key: to.String(), To: to, Kind: chat.Said, Reply: chat.Saying(chat.Plainly("secret words"))}); err != nil {
				return err
			}
		}
		return tx.SaveRun(sprints.JobRun{Name: "sync issues", At: tx.Now(), Failed: true, Result: "GitHub gave no answer"})
	})
}

func TestTheOperatorSeesWhatNeedsThem(t *testing.T) {
	k := start(t, web.Config{Lobby: web.Anonymous}, fillSample)
	k.troubled()
	page := k.browser().get("/ops")
	contains(t, page, "need you.", "pycon #sprints", "Waits", "not in &lt;b&gt;channel", "Paused", "#&lt;script&gt;", "sync issues", "Failed",
		"GitHub gave no answer", "pycon, in private")
	for _, words := range []string{"secret words", "USECRET", "<script>#", "<b>channel"} {
		if strings.Contains(page, words) {
			t.Errorf("the page shows %q", words)
		}
	}
}

// row is what a row of the operator's page says, in words.
func row(t *testing.T, page, name string) string {
	t.Helper()
	m := regexp.MustCompile(`(?s)<li><div class="o-name"><h3>` + regexp.QuoteMeta(name) + `</h3>.*?</li>`).FindString(page)
	if m == "" {
		t.Fatalf("no row of %q in\n%s", name, page)
	}
	return strings.Join(strings.Fields(html.UnescapeString(regexp.MustCompile("<[^>]*>").ReplaceAllString(m, " "))), " ")
}

func TestARowOfTheOperatorsPageHasEveryFactWithItsName(t *testing.T) {
	k := operated(t)
	page := k.browser().get("/ops")
	for name, words := range map[string]string{
		"sync issues":            "sync issues GitHub gave no answer Last 15:50 under a minute ago Took 0s Next when needed ! Failed Run now : sync issues",
		"close day":              "close day 4 rows Last 12:30 3 h 20 min ago Took 3ms Next 20:00 in 4 h 10 min Done Run now : close day",
		"delete long words":      "delete long words 4 rows Last Mon 17 May 10:30 2 days ago Took 3ms Next Thu 20 May 08:30 in 16 h 40 min Done Run now : delete long words",
		"libera":                 "libera connected as sprintbot Since 10:50 5 h ago Last heard 15:49 under a minute ago Queue 0 Oldest waiting – Pace 1 each 2s Connected",
		"pycon":                  "pycon the link was cut Since 15:46 4 min ago Last heard never Queue 2 Oldest waiting 15:50 under a minute ago Pace 1 each 1s ! Away",
		"pycon #sprints":         "pycon #sprints not in <b>channel</b>. Tried again 15:51 (in 1 min). Last heard never Last sent never Queue 1 Oldest waiting 15:50 under a minute ago Pace 1 each 4s learned Errors 0 ! Waits",
		"libera #&lt;script&gt;": "libera #<script> Paused since 15:50; say bridge resume libera #<script> . Last heard never Last sent never Queue 0 Oldest waiting – Pace 1 each 2s Errors 0 ! Paused",
	} {
		if got := row(t, page, name); got != words {
			t.Errorf("%s:\n got %s\nwant %s", name, got, words)
		}
	}
}

// The board is read anew only when something changed; this page whenever it is looked at.
func TestTheOperatorsPageSaysWhenItWasRead(t *testing.T) {
	k := start(t, web.Config{Lobby: web.Anonymous}, fillSample)
	k.clock.set(afternoon(t).Add(10 * time.Minute))
	contains(t, k.browser().get("/ops"), "As of 16:00:12. ", `<span id="pill-words">As of 16:00:12</span>`)
}

// TestANetworkThatWasTakenOutIsGoneNotBehind has words wait for an hour for a
// network that is not in the configuration any more, and for a channel of one
// that is.
func TestANetworkThatWasTakenOutIsGoneNotBehind(t *testing.T) {
	up := map[string]chat.Status{"libera": {Up: true, Since: afternoon(t)}}
	k := start(t, web.Config{Lobby: web.Anonymous, Status: func() map[string]chat.Status { return up }}, func(k *kit) {
		fillSample(k)
		k.clock.set(afternoon(t).Add(-time.Hour))
		k.write(func(tx sprints.Tx) error {
			for _, key := range []string{"a", "b"} {
				if _, _, err := tx.Post(chat.Outgoing{Key: key, To: chat.Place{Network: "old", Channel: "#a"}, Kind: chat.Said, Reply: chat.Saying(chat.Plainly("hi"))}); err != nil {
					return err
				}
			}
			out := chat.Place{Network: "libera", Channel: "#out"}
			if _, _, err := tx.Post(chat.Outgoing{Key: "c", To: out, Kind: chat.Said, Reply: chat.Saying(chat.Plainly("hi"))}); err != nil {
				return err
			}
			return tx.Hold(out, time.Time{}, sprints.Outside)
		})
		k.clock.set(afternoon(t))
	})
	page := k.browser().get("/ops")
	contains(t, page, "<h1>Everything works.</h1>")
	if got := row(t, page, "libera #out"); !strings.Contains(got, "Not in the configuration any more. To send what waits put it back there, then say reload .") || !strings.HasSuffix(got, "Gone") {
		t.Error(got)
	}
	if got := row(t, page, "old"); !strings.Contains(got, "Not in the configuration any more; 2 lines wait. To send them put it back there, then say reload .") || !strings.HasSuffix(got, "Gone") {
		t.Error(got)
	}
	if got := row(t, page, "old #a"); strings.Contains(got, "Behind") || !strings.HasSuffix(got, "Gone") {
		t.Error(got)
	}
}

// A channel that was taken out is not open, though nothing waits for it.
func TestAChannelThatIsNotServedIsToldSo(t *testing.T) {
	up := map[string]chat.Status{"libera": {Up: true, Since: afternoon(t)}}
	serves := func(p chat.Place) bool { return p.Channel == "#a" }
	k := start(t, web.Config{Lobby: web.Anonymous, Status: func() map[string]chat.Status { return up }, Serves: serves}, func(k *kit) {
		fillSample(k)
		k.write(func(tx sprints.Tx) error {
			for _, name := range []string{"#a", "#out"} {
				if _, err := tx.Heard(chat.Message{ID: name, In: chat.Place{Network: "libera", Channel: name}, From: chat.Handle{Network: "libera", ID: "account:ada"}, At: tx.Now()}); err != nil {
					return err
				}
			}
			return nil
		})
	})
	page := k.browser().get("/ops")
	contains(t, page, "<h1>Everything works.</h1>")
	if got := row(t, page, "libera #out"); !strings.Contains(got, "Not in the configuration.") || !strings.HasSuffix(got, "Not served") {
		t.Error(got)
	}
	if got := row(t, page, "libera #a"); !strings.HasSuffix(got, "Open") {
		t.Error(got)
	}
}

// A bridged channel in which nothing was said yet is listed, as bridges lists it.
func TestABridgedChannelThatIsSilentIsListed(t *testing.T) {
	up := map[string]chat.Status{"libera": {Up: true, Since: afternoon(t)}}
	bridged := func() []chat.Place {
		return []chat.Place{{Network: "libera", Channel: "#a"}, {Network: "libera", Channel: "#silent"}}
	}
	k := start(t, web.Config{Lobby: web.Anonymous, Status: func() map[string]chat.Status { return up }, Bridged: bridged}, func(k *kit) {
		fillSample(k)
		k.write(func(tx sprints.Tx) error {
			_, err := tx.Heard(chat.Message{ID: "1", In: chat.Place{Network: "libera", Channel: "#a"}, From: chat.Handle{Network: "libera", ID: "account:ada"}, At: tx.Now()})
			return err
		})
	})
	page := k.browser().get("/ops")
	if got := row(t, page, "libera #silent"); !strings.Contains(got, "never") || !strings.HasSuffix(got, "Open") {
		t.Error(got)
	}
	if n := strings.Count(page, "libera #a<"); n != 1 {
		t.Errorf("a channel with words is listed %d times", n)
	}
}

// What is said in a channel that the bot is kept out of nobody hears, though
// nothing waits for it.
func TestANetworkThatIsNotWholeNeedsSomebody(t *testing.T) {
	up := map[string]chat.Status{"libera": {Up: true, Since: afternoon(t), Lacks: true, Note: "connected as sprintbot, not in #a (banned)"}}
	k := start(t, web.Config{Lobby: web.Anonymous, Status: func() map[string]chat.Status { return up }}, fillSample)
	page := k.browser().get("/ops")
	lacks(t, page, "Everything works.")
	if got := row(t, page, "libera"); !strings.Contains(got, "not in #a (banned)") || !strings.HasSuffix(got, "! Incomplete") {
		t.Error(got)
	}
}

// Who asked and went away is nobody's to look after, however long the answer waits.
func TestAnAnswerToSomebodyWhoIsAwayIsNoIllness(t *testing.T) {
	up := map[string]chat.Status{"libera": {Up: true, Since: afternoon(t)}}
	k := start(t, web.Config{Lobby: web.Anonymous, Status: func() map[string]chat.Status { return up }}, func(k *kit) {
		fillSample(k)
		k.clock.set(afternoon(t).Add(-time.Hour))
		k.write(func(tx sprints.Tx) error {
			to := chat.Direct(chat.Handle{Network: "libera", ID: "account:grace"})
			if _, _, err := tx.Post(chat.Outgoing{Key: "a", To: to, Kind: chat.Said, Reply: chat.Saying(chat.Plainly("hi"))}); err != nil {
				return err
			}
			return tx.Hold(to, afternoon(t).Add(time.Minute), "the place refuses: nobody here is logged in to that account now")
		})
		k.clock.set(afternoon(t))
	})
	page := k.browser().get("/ops")
	contains(t, page, "<h1>Everything works.</h1>")
	if got := row(t, page, "libera, in private"); !strings.HasSuffix(got, "Waits") || strings.HasSuffix(got, "! Waits") {
		t.Error(got)
	}
	if res, body := k.health(); res.StatusCode != http.StatusOK {
		t.Error(res.Status, body)
	}
}

// A row ends in one command: the next to say.
func TestAPausedPlaceWhereWordsWereRefusedIsToBeResumedFirst(t *testing.T) {
	k := start(t, web.Config{Lobby: web.Anonymous}, func(k *kit) {
		fillSample(k)
		k.write(func(tx sprints.Tx) error {
			to := chat.Place{Network: "libera", Channel: "#a"}
			n, _, err := tx.Post(chat.Outgoing{Key: "a", To: to, Kind: chat.Said, Reply: chat.Saying(chat.Plainly("hi"))})
			if err != nil {
				return err
			}
			if err := tx.Kill(n, "too long"); err != nil {
				return err
			}
			_, err = tx.PauseBridge(to)
			return err
		})
	})
	if got := row(t, k.browser().get("/ops"), "libera #a"); !strings.Contains(got, "1 refused for good. Paused since 15:50; say bridge resume libera #a .") {
		t.Error(got)
	}
}

func TestThreatOnlyOrganizersSeeTheOperatorsPage(t *testing.T) {
	organizer := func(network, key string) bool { return network == "libera" && key == "account:ada" }
	k := start(t, web.Config{Lobby: web.SignedIn, Organizer: organizer}, fillSample)
	k.troubled()
	refused := func(b *browser) {
		t.Helper()
		req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, k.base+"/ops", nil)
		if err != nil {
			t.Fatal(err)
		}
		if res, page := b.do(req); res.StatusCode != http.StatusForbidden || strings.Contains(page, "pycon #sprints") {
			t.Errorf("%s", res.Status)
		}
	}
	b := k.browser()
	refused(b)
	k.ada("123456")
	if res, _ := b.post("/signin", url.Values{"key": {b.key(b.get("/signin"))}, "code": {"123456"}}); res.StatusCode != http.StatusSeeOther {
		t.Fatal(res.Status)
	}
	contains(t, b.get("/ops"), "need you.", "pycon #sprints")
	refused(k.browser())
	// Somebody else who signed in is no organizer.
	k.write(func(tx sprints.Tx) error {
		p, err := tx.Meet(chat.Handle{Network: "libera", ID: "account:eve", Nick: "ada"})
		if err != nil {
			return err
		}
		return tx.AddLinkCode(sprints.LinkCode{Hash: "654321", Person: p.ID, Until: tx.Now().Add(time.Minute)})
	})
	eve := k.browser()
	if res, _ := eve.post("/signin", url.Values{"key": {eve.key(eve.get("/signin"))}, "code": {"654321"}}); res.StatusCode != http.StatusSeeOther {
		t.Fatal(res.Status)
	}
	refused(eve)
}

func TestThreatOnlyOrganizersRunJobs(t *testing.T) {
	var asked []string
	run := func(name string) bool {
		asked = append(asked, name)
		return name == "sync issues"
	}
	k := start(t, web.Config{Lobby: web.Anonymous, RunJob: run}, fillSample)
	k.troubled()
	b := k.browser()
	contains(t, b.get("/ops"), "Run now", `name="job" value="sync issues"`)
	res, _ := b.post("/ops/run", url.Values{"job": {"sync issues"}})
	if to := res.Header.Get("Location"); res.StatusCode != http.StatusSeeOther || to != "/ops?asked=sync+issues#ok" {
		t.Errorf("%s to %s", res.Status, to)
	}
	contains(t, b.get("/ops?asked=sync+issues"), "Asked for: sync issues")
	if page := b.get("/ops?asked=%3Cscript%3Ex"); strings.Contains(page, "Asked for") {
		t.Error("the page says what an address says")
	}
	if res, _ := b.post("/ops/run", url.Values{"job": {"no such job"}}); res.StatusCode != http.StatusNotFound {
		t.Error(res.Status)
	}
	k.write(func(v sprints.Tx) error {
		all, err := v.Audits(10)
		if len(all) != 1 || all[0].Verb != "run" || all[0].Object != "job sync issues" {
			t.Errorf("audit %+v", all)
		}
		return err
	})

	asked = nil
	k = start(t, web.Config{Lobby: web.SignedIn, RunJob: run, Organizer: func(string, string) bool { return false }}, fillSample)
	k.troubled()
	if res, _ := k.browser().post("/ops/run", url.Values{"job": {"sync issues"}}); res.StatusCode != http.StatusForbidden || asked != nil {
		t.Errorf("%s, asked %q", res.Status, asked)
	}
}

// Who organizes is asked of the bot, which may wait for words that are being
// kept, and these for a reader of the database: none is held meanwhile.
func TestWhoOrganizesIsAskedWithoutHoldingAReader(t *testing.T) {
	const many = 16 // more than there are readers
	var in sync.WaitGroup
	armed := atomic.Bool{}
	all := make(chan struct{})
	organizer := func(string, string) bool {
		if !armed.Load() {
			return true
		}
		in.Done()
		select {
		case <-all:
		case <-time.After(5 * time.Second):
			t.Error("who asks holds up others who ask")
		}
		return true
	}
	k := start(t, web.Config{Lobby: web.SignedIn, Organizer: organizer}, fillSample)
	k.ada("123456")
	b := k.browser()
	b.post("/signin", url.Values{"key": {b.key(b.get("/signin"))}, "code": {"123456"}})
	in.Add(many)
	armed.Store(true)
	go func() { in.Wait(); close(all) }()
	var asking sync.WaitGroup
	for range many {
		asking.Go(func() {
			req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, k.base+"/ops", nil)
			if err != nil {
				t.Error(err)
				return
			}
			b.do(req)
		})
	}
	asking.Wait()
}
