package main

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
	"time"

	"github.com/chromedp/chromedp"

	"sprintbot/adapters/irc/irctest"
)

// TestACheckInOverIRCShowsOnTheOpenBoard holds the board open in a real
// browser while somebody sits down from a real IRC server: the row changes and
// the page was not loaded again.
func TestACheckInOverIRCShowsOnTheOpenBoard(t *testing.T) {
	chromium, err := exec.LookPath("chromium")
	if err != nil {
		if os.Getenv("CI") == "true" {
			t.Fatal("chromium is not installed, and under CI nothing is skipped")
		}
		t.Skip("chromium is not installed: apt-get install chromium")
	}
	server := irctest.NgIRCd(t)
	dir := t.TempDir()
	today := time.Now().UTC()
	config := fmt.Sprintf(`
event: {name: Board, timezone: UTC, first_day: %s, last_day: %s}
database: board.db
venue: {file: venue.csv}
web: {listen: "127.0.0.1:0"}
networks:
  - {name: plain, kind: irc, server: %q, tls: false, channels: ["#sprints"], pace: unlimited}
`, today.Format(time.DateOnly), today.AddDate(0, 0, 1).Format(time.DateOnly), server.Addr)
	for name, body := range map[string]string{"config.yaml": config, "venue.csv": "302,C1,8\n"} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(body), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	ctx, cancel := context.WithTimeout(t.Context(), 90*time.Second)
	defer cancel()
	lin := server.Dial("lin")
	lin.Join("#sprints")
	p := &program{t: t, dir: dir}
	t.Cleanup(p.kill)
	p.start()
	lin.WaitLine(ctx, func(l irctest.Line) bool { return l.Command == "JOIN" && l.Nick == "sprintbot" })
	ask := func(words, answer string) {
		t.Helper()
		lin.Say("sprintbot", words)
		lin.WaitLine(ctx, irctest.Says("sprintbot", "lin", answer))
	}
	ask("project new Larkfield", "Larkfield is on the board")
	ask("table claim C1", "C1 is Larkfield's")

	alloc, endAlloc := chromedp.NewExecAllocator(ctx, append(chromedp.DefaultExecAllocatorOptions[:],
		chromedp.ExecPath(chromium), chromedp.NoSandbox, chromedp.DisableGPU,
		chromedp.Flag("no-proxy-server", true), chromedp.Flag("disable-component-update", true))...)
	defer endAlloc()
	tab, endTab := chromedp.NewContext(alloc)
	defer endTab()
	if err := chromedp.Do(tab, chromedp.Navigate(p.address+"/")); err != nil {
		t.Fatal(err)
	}
	until := func(js string) {
		t.Helper()
		_, err := chromedp.Run(tab, chromedp.Poll[bool](js, chromedp.WithPollingInterval(30*time.Millisecond), chromedp.WithPollingTimeout(20*time.Second)))
		if err != nil {
			t.Fatalf("%s: %v", js, err)
		}
	}
	row := `document.querySelector('[data-live="row:larkfield"]').textContent`
	until(row + `.replace(/\s+/g, " ").includes("8 of 8 free")`)
	until(`document.getElementById("pill").textContent.includes("Live")`)
	until(`(window.sameDocument = true)`)

	ask("here larkfield", "Checked in at Larkfield, table C1.")
	until(row + `.replace(/\s+/g, " ").includes("7 of 8 free") && window.sameDocument === true`)
	ask("bye", "You have left Larkfield")
	until(row + `.replace(/\s+/g, " ").includes("8 of 8 free") && window.sameDocument === true`)
}
