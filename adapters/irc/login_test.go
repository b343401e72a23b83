package irc_test

import (
	"crypto/sha256"
	"crypto/tls"
	"crypto/x509"
	"encoding/hex"
	"errors"
	"slices"
	"strings"
	"testing"

	"sprintbot/adapters/irc"
	"sprintbot/adapters/irc/irctest"
	"sprintbot/sprints/chat"
)

func TestLoginByAccount(t *testing.T) {
	t.Parallel()
	s := irctest.InspIRCd(t)
	s.Register("Ada", "secret-1")
	s.Register("sprintbot", "secret-2")
	c := config(s.Addr)
	c.Account, c.Password = "sprintbot", "secret-2"

	t.Run("succeeds and sees accounts", func(t *testing.T) {
		ada := s.Dial("ada_phone", irctest.WithSASL("Ada", "secret-1"))
		ada.Join("#sprint")
		b := start(t, c).up()
		ada.Say("#sprint", "hello")
		from := b.hears("hello").From
		if from.ID != "account:ada" || from.Account != "Ada" || from.Guest() {
			t.Fatalf("heard from %+v", from)
		}
		ada.Nick("someone")
		ada.Say("#sprint", "renamed")
		b.hears("renamed")
		if got := b.sends(answer(chat.Direct(chat.Handle{Network: "libera", ID: "account:ada"}), "found you")); got.err != nil {
			t.Fatal(got.err)
		}
		ada.WaitLine(t.Context(), irctest.Says("sprintbot", "someone", "found you"))
		late := s.Dial("late")
		late.Join("#sprint")
		late.Say("NickServ", "IDENTIFY Ada secret-1")
		late.WaitLine(t.Context(), func(l irctest.Line) bool { return l.Command == "900" })
		late.Say("#sprint", "logged in later")
		if from := b.hears("logged in later").From; from.ID != "account:ada" {
			t.Fatalf("heard from %+v", from)
		}
		var place *chat.ErrPlace
		if got := b.sends(answer(chat.Direct(chat.Handle{Network: "libera", ID: "account:grace"}), "anyone")); !errors.As(got.err, &place) {
			t.Fatalf("words to an account nobody is logged in to: %v", got.err)
		}
	})
	t.Run("refused ends the network", func(t *testing.T) {
		wrong := c
		wrong.Password = "wrong"
		b := start(t, wrong)
		st := b.status("refused", func(st chat.Status) bool { return st.Fatal })
		<-b.ended
		if b.err == nil || st.Up || !strings.Contains(st.Note, "SASL") || strings.Contains(st.Note, "wrong") {
			t.Fatalf("error %v, status %+v", b.err, st)
		}
	})
}

func TestLoginThatTheServerDoesNotOfferIsNeverUp(t *testing.T) {
	t.Parallel()
	s := irctest.NgIRCd(t)
	c := config(s.Addr)
	c.Account, c.Password = "sprintbot", "x"
	b := start(t, c)
	st := b.status("turned away", func(st chat.Status) bool { return strings.Contains(st.Note, "no SASL") })
	if st.Up || st.Fatal {
		t.Fatalf("status %+v", st)
	}
}

func TestTLSIsVerified(t *testing.T) {
	t.Parallel()
	s := irctest.NgIRCd(t)
	c := secure(s, config(""))
	c.Roots = x509.NewCertPool()
	b := start(t, c)
	st := b.status("refused", func(st chat.Status) bool { return strings.Contains(st.Note, "certificate") })
	if st.Up {
		t.Fatalf("status %+v", st)
	}
}

// TestWhatIsWrongWithAPortIsToldWithWhatToDo goes to ports that are not what
// the configuration says.
func TestWhatIsWrongWithAPortIsToldWithWhatToDo(t *testing.T) {
	t.Parallel()
	s := irctest.NgIRCd(t)
	for name, c := range map[string]struct {
		config irc.Config
		words  []string
	}{
		"nobody signed": {secure(s, config("")), []string{"nobody whom this machine trusts", "put tls_pin: " + s.Pin}},
		"not encrypted": {func() irc.Config { c := config(s.Addr); c.TLS = true; return c }(), []string{"perhaps that port is not encrypted", "tls: false"}},
		"encrypted":     {config(s.TLSAddr), []string{"closed the connection without a word", "needs tls: true"}},
	} {
		if name == "nobody signed" {
			c.config.Roots = x509.NewCertPool()
		}
		st := start(t, c.config).status(name, func(st chat.Status) bool { return strings.Contains(st.Note, c.words[0]) })
		if st.Up || !strings.Contains(st.Note, c.words[1]) {
			t.Errorf("%s: %+v", name, st)
		}
	}
}

func TestAPinStandsInForAuthorities(t *testing.T) {
	t.Parallel()
	s := irctest.NgIRCd(t)
	c := secure(s, config(""))
	c.Roots = x509.NewCertPool()

	wrong := c
	wrong.Pin = strings.Repeat("ab", 32)
	st := start(t, wrong).status("refused", func(st chat.Status) bool { return strings.Contains(st.Note, "not the pinned one") })
	if st.Up || !strings.Contains(st.Note, s.Pin) {
		t.Fatalf("status %+v", st)
	}
	wrong.Roots = s.Roots // a good authority does not make up for a wrong pin
	start(t, wrong).status("refused again", func(st chat.Status) bool { return strings.Contains(st.Note, "not the pinned one") })

	right := c
	right.Pin = strings.Repeat("cd", 32) + ", " + strings.ToUpper(colons(s.Pin))
	start(t, right).up()

	conn, err := (&tls.Dialer{Config: &tls.Config{RootCAs: s.Roots, ServerName: "127.0.0.1"}}).DialContext(t.Context(), "tcp", s.TLSAddr)
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	key := sha256.Sum256(conn.(*tls.Conn).ConnectionState().PeerCertificates[0].RawSubjectPublicKeyInfo)
	right.Pin, right.Nick = hex.EncodeToString(key[:]), "another"
	start(t, right).up()
}

// colons writes a sum as openssl does.
func colons(sum string) string {
	var pairs []string
	for pair := range slices.Chunk([]byte(sum), 2) {
		pairs = append(pairs, string(pair))
	}
	return strings.Join(pairs, ":")
}

func TestLoginByCertificate(t *testing.T) {
	t.Parallel()
	s := irctest.InspIRCd(t)
	s.Register("sprintbot", "secret-2")
	c := secure(s, config(""))
	c.External = true
	var sum string
	c.CertFile, c.KeyFile, sum = irctest.ClientCert(t)

	t.Run("unknown to the services ends the network", func(t *testing.T) {
		b := start(t, c)
		st := b.status("refused", func(st chat.Status) bool { return st.Fatal })
		<-b.ended
		if b.err == nil || st.Up || !strings.Contains(st.Note, "CERT ADD") {
			t.Fatalf("error %v, status %+v", b.err, st)
		}
	})
	owner := s.Dial("owner", irctest.WithSASL("sprintbot", "secret-2"))
	owner.Say("NickServ", "CERT ADD "+sum)
	owner.WaitLine(t.Context(), irctest.Says("NickServ", "owner", "Added fingerprint"))
	for _, account := range []string{"", "sprintbot"} {
		t.Run("known to the services logs in, account "+account, func(t *testing.T) {
			c := c
			c.Account = account
			ada := s.Dial("ada", irctest.WithCaps("extended-join"))
			defer ada.Quit("done")
			ada.Join("#sprint")
			start(t, c).up()
			joined := ada.Seen(t.Context(), func(l irctest.Line) bool { return l.Command == "JOIN" && l.Nick == "sprintbot" })
			if joined.Params[1] != "sprintbot" {
				t.Fatalf("joined without its account: %s", joined.Raw)
			}
		})
	}
	t.Run("of another account than the configured one ends the network", func(t *testing.T) {
		c := c
		c.Account = "somebody"
		st := start(t, c).status("refused", func(st chat.Status) bool { return st.Fatal })
		if st.Up || !strings.Contains(st.Note, "belongs to the account sprintbot, not to somebody") {
			t.Fatalf("status %+v", st)
		}
	})
	t.Run("is never up where the server does not offer it", func(t *testing.T) {
		other := irctest.NgIRCd(t)
		b := start(t, secure(other, c))
		st := b.status("turned away", func(st chat.Status) bool { return strings.Contains(st.Note, "no SASL EXTERNAL") })
		if st.Up || st.Fatal {
			t.Fatalf("status %+v", st)
		}
	})
}

func TestALoginThatNamesNoAccountIsNone(t *testing.T) {
	t.Parallel()
	script := irctest.Listen(t)
	c := config(script.Addr)
	c.Account, c.Password = "sprintbot", "secret-2"
	b := start(t, c)
	peer := script.Accept()
	peer.Expect(t.Context(), command("USER"))
	peer.Send(":s CAP * LS :sasl=PLAIN,EXTERNAL")
	peer.Expect(t.Context(), command("CAP"))
	peer.Send(":s CAP * ACK :sasl")
	peer.Expect(t.Context(), command("AUTHENTICATE"))
	peer.Send("AUTHENTICATE +")
	peer.Expect(t.Context(), command("AUTHENTICATE"))
	peer.Send(":s 903 sprintbot :SASL authentication successful")
	st := b.status("turned away", func(st chat.Status) bool { return strings.Contains(st.Note, "names no account") })
	if st.Up || st.Fatal {
		t.Fatalf("status %+v", st)
	}
}

func TestLoginIsRequiredAgainAfterTheServicesComeBack(t *testing.T) {
	t.Parallel()
	s := irctest.InspIRCd(t)
	s.Register("sprintbot", "secret-2")
	c := secure(s, config(""))
	c.Account, c.Password = "sprintbot", "secret-2"
	b := start(t, c).up()
	s.Stop()
	b.status("away", func(st chat.Status) bool { return !st.Up })
	s.Start()
	ada := s.Dial("ada", irctest.WithCaps("extended-join"))
	ada.Join("#sprint")
	b.up()
	if got := b.sends(relayed("grace", "back")); got.err != nil {
		t.Fatal(got.err)
	}
	joined := ada.Seen(t.Context(), func(l irctest.Line) bool {
		return l.Command == "JOIN" && l.Nick == "sprintbot" || l.Command == "353" && strings.Contains(l.Text(), "sprintbot")
	})
	if joined.Command == "JOIN" && joined.Params[1] != "sprintbot" {
		t.Fatalf("joined without its account: %s", joined.Raw)
	}
}

func TestAServersOwnPasswordIsTheFirstWord(t *testing.T) {
	t.Parallel()
	script := irctest.Listen(t)
	c := config(script.Addr)
	c.ServerPassword = "ada/libera:open sesame"
	n, err := irc.New(c)
	if err != nil {
		t.Fatal(err)
	}
	irc.Patient(n)
	b := run(t, n)
	peer := script.Accept()
	enter(peer, "")
	b.up()
	if first := peer.Lines()[0]; first.Raw != "PASS :ada/libera:open sesame" {
		t.Errorf("the first line is %q", first.Raw)
	}
}
