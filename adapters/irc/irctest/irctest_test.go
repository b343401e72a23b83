package irctest_test

import (
	"io"
	"net"
	"strings"
	"testing"

	"sprintbot/adapters/irc/irctest"
)

func TestNgIRCdCarriesWordsOverPlainAndTLS(t *testing.T) {
	s := irctest.NgIRCd(t)
	ada := s.Dial("ada")
	bob := s.Dial("bob", irctest.WithTLS())
	ada.Join("#sprint")
	bob.Join("#sprint")
	bob.Action("#sprint", "waves")
	bob.Say("#sprint", "hello")
	ada.WaitLine(t.Context(), irctest.Says("bob", "#sprint", "\x01ACTION waves\x01"))
	ada.WaitLine(t.Context(), irctest.Says("bob", "#sprint", "hello"))
}

func TestNgIRCdComesBackOnTheSamePorts(t *testing.T) {
	s := irctest.NgIRCd(t)
	s.Dial("ada").Sync()
	s.Freeze()
	s.Thaw()
	s.Restart()
	s.Dial("ada").Sync()
}

func TestInspIRCdLogsInByAccount(t *testing.T) {
	s := irctest.InspIRCd(t)
	s.Register("ada", "correct-horse")
	bob := s.Dial("bob", irctest.WithCaps("account-tag", "message-tags"))
	ada := s.Dial("ada_away", irctest.WithSASL("ada", "correct-horse"), irctest.WithTLS())
	bob.Join("#sprint")
	ada.Join("#sprint")
	ada.Say("#sprint", "hello")
	got := bob.WaitLine(t.Context(), irctest.Says("ada_away", "#sprint", "hello"))
	if got.Tags["account"] != "ada" {
		t.Fatalf("account tag is %q in %s", got.Tags["account"], got.Raw)
	}
	s.Restart()
	s.Dial("ada", irctest.WithSASL("ada", "correct-horse"))
}

func TestScriptPlaysAServer(t *testing.T) {
	script := irctest.Listen(t)
	conn, err := (&net.Dialer{}).DialContext(t.Context(), "tcp", script.Addr)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = conn.Close() }()
	peer := script.Accept()
	if _, err := io.WriteString(conn, "NICK ada\r\nUSER ada 0 * :ada\r\nCAP END\r\n"); err != nil {
		t.Fatal(err)
	}
	if nick := peer.Welcome("", "CASEMAPPING=ascii"); nick != "ada" {
		t.Fatalf("the client is %q", nick)
	}
	peer.Write("half a li")
	peer.Close()
	heard, err := io.ReadAll(conn)
	if err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(string(heard), " 376 ada ") || !strings.HasSuffix(string(heard), "half a li") {
		t.Fatalf("heard %q", heard)
	}
}
