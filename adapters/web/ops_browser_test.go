package web_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/chromedp"

	"sprintbot/adapters/web"
	"sprintbot/sprints"
	"sprintbot/sprints/chat"
)

// busyDay is what an operator may find on a bad afternoon: every state of
// jobs, networks and channels, with the longest names there are.
func (k *kit) busyDay() {
	k.troubled()
	k.write(func(tx sprints.Tx) error {
		long := chat.Place{Network: "a-network-with-a-long-name", Channel: "#" + strings.Repeat("sprints", 7)}
		for i, to := range []chat.Place{{Network: "gone", Channel: "#old"}, {Network: "gone", Channel: "#old"}, long} {
			if _, _, err := tx.Post(chat.Outgoing{Key: fmt.Sprint("busy", i), To: to, Kind: chat.Said, Reply: chat.Saying(chat.Plainly("hi"))}); err != nil {
				return err
			}
		}
		if err := tx.Hold(long, tx.Now().Add(time.Hour), strings.Repeat("the server says why at length, ", 6)); err != nil {
			return err
		}
		for i, name := range []string{"expire claims", "close day", "delete people", "forget keys of messages", "delete long words", "blank sent words"} {
			if err := tx.SaveRun(sprints.JobRun{Name: name, At: tx.Now().Add(-time.Duration(i*i*200) * time.Minute), Took: 3 * time.Millisecond,
				Result: "4 rows", Next: tx.Now().Add(time.Duration(i*250) * time.Minute)}); err != nil {
				return err
			}
		}
		return nil
	})
}

// operated is a site with a busy day and networks of every state.
func operated(t testing.TB) *kit {
	at := afternoon(t)
	all := map[string]chat.Status{
		"libera":                     {Up: true, Since: at.Add(-5 * time.Hour), Last: at.Add(-20 * time.Second), Note: "connected as sprintbot"},
		"pycon":                      {Since: at.Add(-4 * time.Minute), Note: "the link was cut"},
		"a-network-with-a-long-name": {Fatal: true, Since: at.Add(-50 * time.Hour), Note: "token_revoked: the token was taken back by somebody, make a new one"},
	}
	k := start(t, web.Config{Lobby: web.Anonymous, RunJob: func(string) bool { return true }, Status: func() map[string]chat.Status { return all },
		Paces: func() map[string]chat.Pace {
			return map[string]chat.Pace{"libera": {Every: 2 * time.Second}, "pycon": {PlaceEvery: time.Second}}
		}}, fillSample)
	k.busyDay()
	return k
}

// theOperatorsPageIsATable is what pages of operators look like: a row a job on
// a laptop, under its heads; a card a job on a phone, ill ones first.
func theOperatorsPageIsATable(t *testing.T, open func(testing.TB) *tab) {
	k := operated(t)
	b := open(t)
	for _, look := range []struct {
		name          string
		width, height int64
		scale         float64
		table         bool
	}{
		{"narrow", 320, 700, 1, false}, {"phone", 390, 844, 2, false}, {"double", 640, 400, 1, false}, {"small", 960, 700, 1, true}, {"laptop", 1280, 800, 1, true}, {"projector", 1920, 1080, 1, true},
	} {
		b.size(look.width, look.height, look.scale)
		b.dark(look.name == "projector")
		b.do(chromedp.Navigate(k.base + "/ops"))
		if wide := eval[int](b, `document.documentElement.scrollWidth`); wide > int(look.width) {
			t.Errorf("/ops at %d px scrolls sideways: %d px", look.width, wide)
		}
		for sheet, heads := range map[string]string{
			"jobs":     "Job,Last,Took,Next,State",
			"networks": "Network,Since,Last heard,Queue,Oldest waiting,Pace,State",
			"channels": "Channel,Last heard,Last sent,Queue,Oldest waiting,Pace,Errors,State",
		} {
			if !look.table {
				if n := eval[int](b, fmt.Sprintf(`[...document.querySelectorAll('.%s .heads')].filter(e => e.offsetParent).length`, sheet)); n > 0 {
					t.Errorf("%s: %s have heads, not cards", look.name, sheet)
				}
				// Every fact stands under the one before, with its name.
				if bad := eval[string](b, fmt.Sprintf(`[...document.querySelectorAll('.%s .o-cell')].filter(e => e.offsetParent && e.querySelector('.k').offsetWidth < 20).map(e => e.innerText).join()`, sheet)); bad != "" {
					t.Errorf("%s: %s without a name: %s", look.name, sheet, bad)
				}
				continue
			}
			if got := eval[string](b, fmt.Sprintf(`[...document.querySelectorAll('.%s .heads span')].filter(e => e.offsetParent && e.innerText).map(e => e.innerText).join()`, sheet)); got != heads {
				t.Errorf("%s: the heads of %s are %q", look.name, sheet, got)
			}
			// Cells stand under their heads, and a row of short words is as high as the board's.
			if off := eval[string](b, fmt.Sprintf(`(() => { const edge = e => [e.getBoundingClientRect().left, e.getBoundingClientRect().right];
				const heads = [...document.querySelectorAll('.%[1]s .heads span')].map(edge);
				return [...document.querySelectorAll('.%[1]s li')].flatMap(li => [...li.children].map((c, i) => [c, i])).filter(([c, i]) => {
					const [l, r] = edge(c); return l < heads[i][0] - 1 || r > heads[i][1] + 1 }).map(([c]) => c.innerText).join() })()`, sheet)); off != "" {
				t.Errorf("%s: in %s these stand beside their column: %s", look.name, sheet, off)
			}
		}
		if look.table {
			if high := eval[int](b, `Math.max(...[...document.querySelectorAll('.jobs li')].map(e => e.offsetHeight))`); high > 62 {
				t.Errorf("%s: a job's row is %d px high", look.name, high)
			}
		}
		if small := eval[int](b, `Math.min(...[...document.querySelectorAll('.jobs button')].map(e => e.offsetHeight))`); small < 40 {
			t.Errorf("%s: a button is %d px high", look.name, small)
		}
		if pill := eval[string](b, `document.getElementById('pill').className + document.getElementById('pill').innerText`); pill != "pillAs of 15:50:12" {
			t.Errorf("%s: what changes nothing by itself says %q", look.name, pill)
		}
		if first := eval[string](b, `document.querySelector('.jobs li h3').innerText`); first != "sync issues" {
			t.Errorf("%s: the first job is %s", look.name, first)
		}
		b.shot("ops-" + look.name)
		b.size(look.width, eval[int64](b, `document.documentElement.scrollHeight`), look.scale)
		b.shot("ops-" + look.name + "-whole")
	}
	if said := b.console(); said != "" {
		t.Error(said)
	}
}
