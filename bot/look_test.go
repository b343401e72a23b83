package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"sprintbot/adapters/sqlite"
	"sprintbot/sprints"
	"sprintbot/sprints/chat"
)

// TestLookingBesideARunningBot reads with the database open, and with a
// configuration whose secrets are not set.
func TestLookingBesideARunningBot(t *testing.T) {
	dir := t.TempDir()
	config := filepath.Join(dir, "config.yaml")
	if err := os.WriteFile(config, []byte(`
event: {name: Look, timezone: UTC, first_day: 2027-05-17, last_day: 2027-05-20}
database: look.db
networks:
  - {name: libera, kind: irc, server: "127.0.0.1:6667", tls: false, channels: ["#a", "#c"]}
  - {name: pycon, kind: slack, app_token_env: NOT_SET_HERE, bot_token_env: NOT_SET_EITHER, channels: ["#b"]}
bridges:
  - ["libera #a", "pycon #b"]
  - {join: ["pycon #b", "libera #c"], one_way: on}
`), 0o600); err != nil {
		t.Fatal(err)
	}
	store, err := sqlite.Open(t.Context(), filepath.Join(dir, "look.db"), sqlite.Options{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { store.Close() })
	err = store.Write(t.Context(), func(tx sprints.Tx) error {
		room := chat.Place{Network: "pycon", Channel: "#b"}
		if err := tx.SaveNetworks([]sprints.NetworkState{
			{Name: "libera", Status: chat.Status{Up: true, Since: tx.Now(), Note: "connected as sprintbot"}, Pace: chat.Pace{Every: 4e9}, Learned: 4e9},
			{Name: "pycon", Status: chat.Status{Fatal: true, Note: "token_revoked: the token is wrong"}, Pace: chat.Pace{PlaceEvery: 1e9}},
		}); err != nil {
			return err
		}
		if err := tx.Hold(room, tx.Now().Add(1e12), "not in channel"); err != nil {
			return err
		}
		if err := tx.Learned(room, 3e9); err != nil {
			return err
		}
		if err := tx.SaveRun(sprints.JobRun{Name: "sync issues", At: tx.Now(), Result: "4 repositories", Failed: true}); err != nil {
			return err
		}
		for _, to := range []chat.Place{room, chat.Direct(ada)} {
			if _, _, err := tx.Post(chat.Outgoing{Key: to.String(), To: to, Kind: chat.Said, Reply: chat.Saying(chat.Plainly("secret words"))}); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	for command, words := range map[string][]string{
		"bridges": {"PLACE", "1 libera #a", "2 pycon #b", "3 libera #c", "not in channel", "- libera, in private",
			"connected  ", "one each 4s, learned", "one each 3s, learned", "connected as sprintbot", "given up  ", "one each 1s  ", "token_revoked: the token is wrong"},
		"jobs":   {"sync issues", "failed", "4 repositories"},
		"backup": {"is copied to"},
	} {
		o := options{Config: config}
		o.Backup.Path = filepath.Join(dir, "copy.db")
		var out strings.Builder
		if err := look(t.Context(), command, o, &out); err != nil {
			t.Errorf("%s: %v", command, err)
		}
		for _, w := range words {
			if !strings.Contains(out.String(), w) {
				t.Errorf("%s shows no %q:\n%s", command, w, &out)
			}
		}
		if n := strings.Count(out.String(), "pycon #b"); command == "bridges" && n != 1 {
			t.Errorf("a place in two bridges stands there %d times:\n%s", n, &out)
		}
		if strings.Contains(out.String(), "secret words") || strings.Contains(out.String(), "account:ada") {
			t.Errorf("%s shows what is private:\n%s", command, &out)
		}
	}
	stands := "The bot is not running; this is how it was at "
	shows := func(command string) string {
		t.Helper()
		var out strings.Builder
		if err := look(t.Context(), command, options{Config: config}, &out); err != nil {
			t.Fatalf("%s: %v", command, err)
		}
		return out.String()
	}
	for _, command := range []string{"bridges", "jobs"} {
		if got := shows(command); strings.Contains(got, "running") {
			t.Errorf("%s beside a bot that runs shows:\n%s", command, got)
		}
	}
	if err := store.Close(); err != nil {
		t.Fatal(err)
	}
	for _, command := range []string{"bridges", "jobs", "bridges"} {
		if got := shows(command); !strings.HasPrefix(got, stands) {
			t.Errorf("%s without a bot shows:\n%s", command, got)
		}
	}
	o := options{Config: config}
	o.Backup.Path = filepath.Join(dir, "copy.db")
	if err := look(t.Context(), "backup", o, &strings.Builder{}); err == nil {
		t.Error("a backup was written over another")
	}
	if err := look(t.Context(), "jobs", options{DB: filepath.Join(dir, "none.db")}, &strings.Builder{}); err == nil {
		t.Error("a database that is not there was looked at")
	}
}

// Whoever looks from another folder is told to name the configuration.
func TestLookingWhereNothingIsAsksForTheConfiguration(t *testing.T) {
	t.Chdir(t.TempDir())
	if err := look(t.Context(), "bridges", options{}, &strings.Builder{}); err == nil || !strings.Contains(err.Error(), "name the configuration with --config FILE") {
		t.Error(err)
	}
}
