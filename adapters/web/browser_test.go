package web_test

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/chromedp/cdproto/emulation"
	cdplog "github.com/chromedp/cdproto/log"
	"github.com/chromedp/cdproto/runtime"
	"github.com/chromedp/chromedp"

	"sprintbot/adapters/web"
	"sprintbot/sprints"
	"sprintbot/sprints/chat"
)

// tab is one page in a real browser, with all that its console said.
type tab struct {
	t   testing.TB
	ctx context.Context
	mu  sync.Mutex
	log []string
}

// chromium starts a headless browser and returns a function that opens tabs.
func chromium(t *testing.T) func(testing.TB) *tab {
	path, err := exec.LookPath("chromium")
	if err != nil {
		if os.Getenv("CI") == "true" {
			t.Fatal("chromium is not installed, and under CI nothing is skipped")
		}
		t.Skip("chromium is not installed: apt-get install chromium")
	}
	opts := append(chromedp.DefaultExecAllocatorOptions[:], chromedp.ExecPath(path), chromedp.NoSandbox, chromedp.DisableGPU,
		chromedp.Flag("no-proxy-server", true), chromedp.Flag("disable-component-update", true), chromedp.Flag("hide-scrollbars", true))
	timeout, cancelTime := context.WithTimeout(context.WithoutCancel(t.Context()), 2*time.Minute)
	alloc, cancelAlloc := chromedp.NewExecAllocator(timeout, opts...)
	first, cancelFirst := chromedp.NewContext(alloc)
	if err := chromedp.Do(first); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := chromedp.Cancel(first); err != nil {
			t.Log(err)
		}
		cancelFirst()
		cancelAlloc()
		cancelTime()
	})
	return func(t testing.TB) *tab {
		ctx, cancel := chromedp.NewContext(first, chromedp.WithNewBrowserContext())
		t.Cleanup(cancel)
		b := &tab{t: t, ctx: ctx}
		if err := chromedp.Do(ctx); err != nil {
			t.Fatal(err)
		}
		err := chromedp.Listen(ctx, func(ev any) {
			b.mu.Lock()
			defer b.mu.Unlock()
			switch ev := ev.(type) {
			case *cdplog.EventEntryAdded:
				b.log = append(b.log, fmt.Sprintf("%s: %s %s", ev.Entry.Level, ev.Entry.Text, ev.Entry.URL))
			case *runtime.EventExceptionThrown:
				b.log = append(b.log, "exception: "+ev.ExceptionDetails.Text)
			case *runtime.EventConsoleAPICalled:
				b.log = append(b.log, fmt.Sprint("console: ", ev.Type))
			}
		})
		if err != nil {
			t.Fatal(err)
		}
		return b
	}
}

func (b *tab) do(steps ...chromedp.Action[chromedp.Void]) {
	b.t.Helper()
	if err := chromedp.Do(b.ctx, steps...); err != nil {
		b.t.Fatal(err)
	}
}

func (b *tab) size(width, height int64, scale float64) {
	b.t.Helper()
	b.do(chromedp.EmulateViewport(width, height, chromedp.EmulateScale(scale)))
}

func (b *tab) dark(on bool) {
	b.t.Helper()
	value := map[bool]string{true: "dark", false: "light"}[on]
	if _, err := chromedp.Call(b.ctx, emulation.SetEmulatedMedia, emulation.SetEmulatedMediaParams{
		Features: []*emulation.MediaFeature{{Name: "prefers-color-scheme", Value: value}, {Name: "prefers-reduced-motion", Value: "reduce"}}}); err != nil {
		b.t.Fatal(err)
	}
}

// until waits for a condition in the page.
func (b *tab) until(js string) {
	b.t.Helper()
	if _, err := chromedp.Run(b.ctx, chromedp.Poll[bool](js, chromedp.WithPollingInterval(30*time.Millisecond), chromedp.WithPollingTimeout(15*time.Second))); err != nil {
		b.t.Fatalf("%s: %v\nconsole: %s", js, err, b.console())
	}
}

func (b *tab) console() string {
	b.mu.Lock()
	defer b.mu.Unlock()
	return strings.Join(b.log, "\n")
}

func eval[T any](b *tab, js string) T {
	b.t.Helper()
	v, err := chromedp.Run(b.ctx, chromedp.Evaluate[T](js))
	if err != nil {
		b.t.Fatalf("%s: %v", js, err)
	}
	return v
}

// shot saves a picture of the window, where SPRINTBOT_SHOTS names a folder.
func (b *tab) shot(name string) {
	dir := os.Getenv("SPRINTBOT_SHOTS")
	if dir == "" {
		return
	}
	png, err := chromedp.Run(b.ctx, chromedp.CaptureScreenshot())
	if err != nil {
		b.t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(dir, name+".png"), png, 0o600); err != nil {
		b.t.Fatal(err)
	}
}

func TestInABrowser(t *testing.T) {
	open := chromium(t)
	for name, run := range map[string]func(*testing.T, func(testing.TB) *tab){
		"ReadmePicture":                              readmePicture,
		"PagesHaveNoErrorsAndNoSidewaysScroll":       pagesHaveNoErrorsAndNoSidewaysScroll,
		"ARowChangesWithoutAReload":                  aRowChangesWithoutAReload,
		"ANewProjectIsALineAndMovesNoRow":            aNewProjectIsALineAndMovesNoRow,
		"PausedPagesStayAsTheyAre":                   pausedPagesStayAsTheyAre,
		"APageWithoutItsStreamSaysSoAndKeepsItsRows": aPageWithoutItsStreamSaysSoAndKeepsItsRows,
		"SittingDownTakesOneTap":                     sittingDownTakesOneTap,
		"EverythingWorksWithoutScript":               everythingWorksWithoutScript,
		"TheLobbyIsLive":                             theLobbyIsLive,
		"TheOperatorsPageIsATable":                   theOperatorsPageIsATable,
	} {
		t.Run(name, func(t *testing.T) { run(t, open) })
	}
}

func pagesHaveNoErrorsAndNoSidewaysScroll(t *testing.T, open func(testing.TB) *tab) {
	k := start(t, web.Config{Lobby: web.Anonymous, Readers: names("Slack", "IRC")}, fillSample)
	k.talk()
	b := open(t)
	k.longNames()
	for _, look := range []struct {
		name          string
		width, height int64
		scale         float64
		paths         map[string]string
	}{
		{"narrow", 320, 700, 1, pagesOf},
		{"phone", 390, 844, 2, pagesOf},
		{"laptop", 1280, 800, 1, pagesOf},
		{"double", 640, 400, 1, map[string]string{"board": "/", "project": "/p/larkfield"}}, // 1280 at 200 %
		{"projector", 1920, 1080, 1, map[string]string{"screen": "/screen/board", "screenlight": "/screen/board?theme=light", "screen4": "/screen/board?rows=4"}},
	} {
		if look.name == "phone" && os.Getenv("SPRINTBOT_SHOTS") == "" {
			continue // what fits 320 px fits here: only its pictures are wanted
		}
		b.size(look.width, look.height, look.scale)
		looks := []bool{false}
		if os.Getenv("SPRINTBOT_SHOTS") != "" {
			looks = []bool{false, true} // colours change no layout
		}
		for _, dark := range looks {
			b.dark(dark)
			for name, path := range look.paths {
				b.do(chromedp.Navigate(k.base + path))
				b.until(`document.getElementById('pill').classList.contains('live')`)
				if wide := eval[int](b, `document.documentElement.scrollWidth`); wide > int(look.width) {
					t.Errorf("%s at %d px scrolls sideways: %d px", path, look.width, wide)
				}
				b.shot(fmt.Sprintf("%s-%s-%s", name, look.name, map[bool]string{true: "dark", false: "light"}[dark]))
			}
		}
	}
	if said := b.console(); said != "" {
		t.Errorf("the browser's console is not empty:\n%s", said)
	}
	for _, path := range []string{"/screen/board", "/screen/board?rows=4"} {
		b.size(1920, 1080, 1)
		b.do(chromedp.Navigate(k.base + path))
		if small := eval[string](b, `[...document.querySelectorAll('body *')].filter(e => e.offsetParent && !e.matches('.hush') && [...e.childNodes].some(n => n.nodeType === 3 && n.data.trim()) &&
			parseFloat(getComputedStyle(e).fontSize) < 42).map(e => e.outerHTML).join()`); small != "" {
			t.Errorf("smaller than 42 px on the screen: %s", small)
		}
	}
}

// readmePicture is docs/board.png.
func readmePicture(t *testing.T, open func(testing.TB) *tab) {
	k := start(t, web.Config{Lobby: web.Anonymous, Readers: names("Slack", "IRC")}, fillSample)
	b := open(t)
	b.size(1280, 800, 1)
	b.dark(false)
	k.deliver(chat.Outgoing{Row: 200, To: chat.Place{Network: "lobby", Channel: web.Room}, Lane: chat.Announcements, Kind: chat.Said,
		Reply: chat.Saying(chat.Plainly("Cake in the Atrium at 16:00. Sit with someone new."))})
	k.write(func(tx sprints.Tx) error { // any commit, as the receipt's is
		ev, err := tx.Event()
		if err != nil {
			return err
		}
		return tx.SetEvent(ev)
	})
	b.do(chromedp.Navigate(k.base + "/"))
	b.until(`document.querySelector('.banner strong')?.textContent === 'Cake in the Atrium at 16:00.' && document.getElementById('pill').classList.contains('live')`)
	b.shot("readme")
}

var pagesOf = map[string]string{
	"board": "/", "more": "/?more=1", "project": "/p/larkfield", "full": "/p/nightjar", "easy": "/easy", "map": "/map", "long": "/p/long", "lobby": "/lobby", "signin": "/signin", "stored": "/stored",
}

// longNames adds a project whose every field is as long as it may be.
func (k *kit) longNames() {
	k.write(func(tx sprints.Tx) error {
		long := func(n int) string { return string([]rune(strings.Repeat("Wortungetüm", 1+n/11))[:n]) }
		room := sprints.Room{Code: "long", Name: "Großer Veranstaltungssaal im Erdgeschoss", Floor: "Zwischengeschoss hinter der Garderobe"}
		if err := tx.SaveRoom(room); err != nil {
			return err
		}
		if err := tx.SaveTable(sprints.Table{Code: "AUDITORIUM-12", Room: room, Seats: 40}); err != nil {
			return err
		}
		id, err := tx.AddProject(sprints.Project{Slug: "long", Name: "Z" + long(58), Summary: long(139), Langs: long(60), Level: long(60), Days: long(60), Contact: long(60),
			FirstTimers: true, SetupMinutes: 1000, State: sprints.Listed, At: tx.Now()})
		if err != nil {
			return err
		}
		if err := tx.UseTable("AUDITORIUM-12", id, 40); err != nil {
			return err
		}
		repo, err := tx.AddRepo(sprints.Repo{Project: id, Owner: strings.Repeat("o", 39), Name: "n" + strings.Repeat("x", 90), SyncedAt: tx.Now().Add(-time.Hour)})
		if err != nil {
			return err
		}
		_, err = tx.SaveIssue(sprints.Issue{Repo: repo, Number: 123456, Title: long(200), URL: "https://example.org/", Labels: []string{"easy"}, Tier: 4, Open: true, SeenAt: tx.Now(), CreatedAt: tx.Now(), UpdatedAt: tx.Now()})
		return err
	})
	// The board is made anew a moment after the commit.
	visitor := k.browser()
	for tick := time.NewTicker(10 * time.Millisecond); !strings.Contains(visitor.get("/"), `"/p/long"`); <-tick.C {
		if k.t.Context().Err() != nil {
			k.t.Fatal("the new project never came onto the board")
		}
	}
}

// talk lets people on other networks say something in the lobby.
func (k *kit) talk() {
	for i, said := range []struct{ nick, from, words string }{
		{"otter", "IRC", "Anyone with a spare USB-C charger in 302?"},
		{"juniper", "Slack", "Yes, table C3, on the left. Keep it till five."},
		{"moth", "Slack", "First pull request ever is open. Thank you, Larkfield."},
	} {
		k.deliver(chat.Outgoing{Row: int64(100 + i), To: chat.Place{Network: "lobby", Channel: web.Room}, Lane: chat.Relays, Kind: chat.Said,
			As: &chat.Handle{Network: "x", ID: said.nick, Nick: said.nick}, From: said.from, At: k.clock.Now(), Reply: chat.Saying(chat.Plainly(said.words))})
	}
}

func (k *kit) deliver(out chat.Outgoing) chat.Receipt {
	k.t.Helper()
	var receipt chat.Receipt
	for _, p := range k.site.Render(out) {
		k.site.Send(k.t.Context(), p, func(r chat.Receipt, err error) {
			if err != nil {
				k.t.Error(err)
			}
			receipt = r
		})
	}
	return receipt
}

func aRowChangesWithoutAReload(t *testing.T, open func(testing.TB) *tab) {
	k := start(t, web.Config{Lobby: web.Anonymous}, fillSample)
	b, wall := open(t), open(t)
	b.size(1280, 800, 1)
	wall.size(1920, 1080, 1)
	b.do(chromedp.Navigate(k.base + "/"))
	wall.do(chromedp.Navigate(k.base + "/screen/board"))
	const row, tile = `document.querySelector('[data-live="row:larkfield"]').innerText`, `document.querySelector('[data-live="screen:larkfield"]').innerText`
	for _, page := range []*tab{b, wall} {
		page.until(`document.getElementById('pill').classList.contains('live')`)
		eval[bool](page, `window.notReloaded = true`)
	}
	before := eval[string](b, `[...document.querySelectorAll('.rows h2')].map(e => e.textContent).join()`)
	if got := eval[string](b, row); !strings.Contains(got, "3 of 8 free") {
		t.Fatal(got)
	}
	k.sitDown("irc", "account:ada", "B4")
	b.until(row + `.includes('2 of 8 free')`)
	b.until(`document.querySelector('h1').innerText.includes('62 people')`)
	wall.until(tile + `.includes('2 free')`)
	for _, page := range []*tab{b, wall} {
		if !eval[bool](page, `window.notReloaded === true`) {
			t.Error("the page was loaded anew")
		}
		if said := page.console(); said != "" {
			t.Error(said)
		}
	}
	if after := eval[string](b, `[...document.querySelectorAll('.rows h2')].map(e => e.textContent).join()`); after != before {
		t.Errorf("rows moved: %s", after)
	}
	b.shot("changed")
}

func aNewProjectIsALineAndMovesNoRow(t *testing.T, open func(testing.TB) *tab) {
	k := start(t, web.Config{Lobby: web.Anonymous}, fillSample)
	b := open(t)
	b.do(chromedp.Navigate(k.base + "/"))
	b.until(`document.getElementById('pill').classList.contains('live')`)
	k.write(func(tx sprints.Tx) error {
		_, err := tx.AddProject(sprints.Project{Slug: "aardvark", Name: "Aardvark", State: sprints.Listed, At: tx.Now()})
		return err
	})
	b.until(`document.getElementById('fresh').innerText === '1 new project. Show'`)
	if first := eval[string](b, `document.querySelector('.rows h2').textContent`); first != "Copperkettle" {
		t.Errorf("the first row is %s", first)
	}
	b.do(chromedp.Click(chromedp.CSS("#fresh a")), chromedp.WaitVisible(chromedp.CSS(`.rows li[data-live="row:aardvark"]`)))
}

func pausedPagesStayAsTheyAre(t *testing.T, open func(testing.TB) *tab) {
	k := start(t, web.Config{Lobby: web.Anonymous}, fillSample)
	b := open(t)
	b.do(chromedp.Navigate(k.base + "/"))
	b.until(`document.getElementById('pill').classList.contains('live')`)
	b.do(chromedp.Click(chromedp.CSS("#pause")))
	b.until(`document.getElementById('pill-words').textContent === 'Paused 15:50'`)
	k.sitDown("irc", "account:ada", "B4")
	b.do(chromedp.Click(chromedp.CSS("#pause")))
	// Going on catches up with what was missed.
	b.until(`document.querySelector('h1').innerText.includes('62 people')`)
}

func aPageWithoutItsStreamSaysSoAndKeepsItsRows(t *testing.T, open func(testing.TB) *tab) {
	k := start(t, web.Config{Lobby: web.Anonymous}, fillSample)
	b := open(t)
	b.size(390, 844, 2)
	b.dark(true)
	b.do(chromedp.Navigate(k.base + "/"))
	b.until(`document.getElementById('pill').classList.contains('live')`)
	k.stop()
	// The page's own clock is what tells it that four minutes have gone.
	eval[bool](b, `(() => { const now = Date.now; Date.now = () => now() + 250000; return true })()`)
	b.until(`document.getElementById('pill-words').textContent === 'From 15:50, 4 min old. Trying again.'`)
	b.until(`document.getElementById('notice').textContent === 'Not live since 15:50.'`)
	if n := eval[int](b, `document.querySelectorAll('.rows li').length`); n != 12 {
		t.Errorf("%d rows are left", n)
	}
	b.shot("stale")
}

func sittingDownTakesOneTap(t *testing.T, open func(testing.TB) *tab) {
	k := start(t, web.Config{Lobby: web.Anonymous}, fillSample)
	b := open(t)
	b.size(390, 844, 2)
	b.dark(false)
	b.do(chromedp.Navigate(k.base+"/p/larkfield"), chromedp.Click(chromedp.CSS(".sit button")), chromedp.WaitVisible(chromedp.CSS("#ok")))
	b.until(`document.activeElement.id === 'ok' && document.activeElement.innerText === 'You are at table B4'`)
	if n := k.sits("B4"); n != 6 {
		t.Errorf("%d sit at B4", n)
	}
	b.shot("seated")
	b.do(chromedp.Click(chromedp.CSS(`button[value="bye"]`)), chromedp.WaitVisible(chromedp.CSS(".sit button")))
	if n := k.sits("B4"); n != 5 {
		t.Errorf("%d sit at B4 after leaving", n)
	}
}

func everythingWorksWithoutScript(t *testing.T, open func(testing.TB) *tab) {
	k := start(t, web.Config{Lobby: web.Anonymous}, fillSample)
	b := open(t)
	b.size(390, 844, 2)
	if _, err := chromedp.Call(b.ctx, emulation.SetScriptExecutionDisabled, emulation.SetScriptExecutionDisabledParams{Value: true}); err != nil {
		t.Fatal(err)
	}
	text := func(css string) string {
		t.Helper()
		s, err := chromedp.Run(b.ctx, chromedp.Text(chromedp.CSS(css)))
		if err != nil {
			t.Fatal(err)
		}
		return s
	}
	b.do(chromedp.Navigate(k.base + "/"))
	if got := text("#pill-words"); got != "As of 15:50:12" {
		t.Errorf("the pill says %q", got)
	}
	b.do(chromedp.Click(chromedp.CSS(`a[href="/?first=1"]`)), chromedp.WaitVisible(chromedp.CSS(`a[href="/?first=1"][aria-current]`)))
	b.do(chromedp.Click(chromedp.CSS(`a[href="/p/larkfield"]`)), chromedp.WaitVisible(chromedp.CSS(".sit")), chromedp.Click(chromedp.CSS(".sit button")), chromedp.WaitVisible(chromedp.CSS("#ok")))
	if got := text("#ok"); got != "You are at table B4" {
		t.Errorf("the panel says %q", got)
	}
	b.do(chromedp.Navigate(k.base+"/lobby"), chromedp.SendKeys(chromedp.CSS("#words"), "hello all"), chromedp.Click(chromedp.CSS("#say button")), chromedp.WaitVisible(chromedp.CSS("#log li")))
	if got := text("#log li"); !strings.Contains(got, "hello all") {
		t.Errorf("the log says %q", got)
	}
	b.shot("lobby-noscript")
}

func theLobbyIsLive(t *testing.T, open func(testing.TB) *tab) {
	k := start(t, web.Config{Lobby: web.Anonymous, Readers: names("Slack", "IRC")}, fillSample)
	b := open(t)
	b.size(1280, 800, 1)
	b.do(chromedp.Navigate(k.base + "/lobby"))
	b.until(`document.getElementById('pill').classList.contains('live')`)
	k.talk()
	b.until(`document.querySelectorAll('#log li').length === 3 && document.getElementById('log').innerText.includes('USB-C')`)
	b.do(chromedp.SendKeys(chromedp.CSS("#words"), "!easy"), chromedp.Click(chromedp.CSS("#say button")), chromedp.WaitVisible(chromedp.CSS("#mine li")))
	other := open(t)
	other.do(chromedp.Navigate(k.base + "/lobby"))
	other.until(`document.querySelectorAll('#log li').length === 3`)
	if n := eval[int](other, `document.querySelectorAll('#mine li').length`); n != 0 {
		t.Error("an answer is shown to somebody else")
	}
	b.shot("lobby-answer")
}
