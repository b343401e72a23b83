package web_test

import (
	"net/http"
	"net/url"
	"strings"
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
		"GitHub gave no answer", "pycon, in private", "1 message to be sent")
	for _, words := range []string{"secret words", "USECRET", "<script>#", "<b>channel"} {
		if strings.Contains(page, words) {
			t.Errorf("the page shows %q", words)
		}
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
