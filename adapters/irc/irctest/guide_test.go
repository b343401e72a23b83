package irctest

import (
	"context"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"
)

// guide is what docs/irc.md says under a heading, up to the next one.
func guide(t *testing.T, heading string) string {
	t.Helper()
	raw, err := os.ReadFile(filepath.Join("..", "..", "..", "docs", "irc.md"))
	if err != nil {
		t.Fatal(err)
	}
	_, from, found := strings.Cut(string(raw), heading+"\n")
	if !found {
		t.Fatalf("docs/irc.md has no %q", heading)
	}
	text, _, _ := strings.Cut(from, "\n##")
	return text
}

// typed is the indented block of a text whose first line begins so, without
// its indent.
func typed(t *testing.T, text, begin string) string {
	t.Helper()
	for _, m := range regexp.MustCompile(`(?m)(?:^ {4,}.*\n)+`).FindAllString(text, -1) {
		indent := m[:len(m)-len(strings.TrimLeft(m, " "))]
		if strings.HasPrefix(m, indent+begin) {
			return strings.ReplaceAll("\n"+m, "\n"+indent, "\n")[1:]
		}
	}
	t.Fatalf("docs/irc.md has no block that begins with %q", begin)
	return ""
}

// debian is a configuration as the Debian package brings it.
func debian(t *testing.T, path string) string {
	t.Helper()
	raw, err := os.ReadFile(path)
	if err != nil {
		t.Skipf("the package's own configuration is not here: %v", err)
	}
	return string(raw)
}

// put replaces what the file must hold.
func put(t *testing.T, in, old, now string) string {
	t.Helper()
	if !strings.Contains(in, old) {
		t.Fatalf("Debian's configuration has no %q", old)
	}
	return strings.Replace(in, old, now, 1)
}

// Somebody new types what docs/irc.md says into what Debian brings, and has a server with accounts; then what it says to
// NickServ, with their own client, and the bot can log in.
func TestTheGuideSetsUpInspIRCdWithAccounts(t *testing.T) {
	ircd, services := program(t, "inspircd", "/usr/sbin/inspircd"), program(t, "atheme-services", "/usr/bin/atheme-services")
	ownInsp, ownAtheme := debian(t, "/etc/inspircd/inspircd.conf"), debian(t, "/usr/share/doc/atheme-services/examples/atheme.conf.example")
	says := guide(t, "### A small server for one sprint")
	encrypted, accounts, uplink := typed(t, says, `<module name="ssl_gnutls">`), typed(t, says, `<module name="cap">`), typed(t, says, `uplink "irc.local"`)
	s := launch(t, func() *Server {
		port := ports(t, 3)
		cert, key, roots := certificate(t)
		dir := workdir(t, map[string]string{"cert.pem": cert, "key.pem": key, "inspircd.motd": "hello\n"})
		here := strings.NewReplacer("/etc/inspircd", dir, `"6667"`, quoted(port[0]), `"6697"`, quoted(port[1]), `"7000"`, quoted(port[2]),
			"= 7000", "= "+strconv.Itoa(port[2]), `<connect allow="*"`, `<connect allow="*" resolvehostnames="no"`)
		write(t, dir, "inspircd.conf", here.Replace(ownInsp+encrypted+accounts))
		conf := put(t, ownAtheme, `#loadmodule "modules/protocol/charybdis";`, `loadmodule "modules/protocol/inspircd";`)
		conf = put(t, conf, `name = "services.int";`, `name = "services.local";`)
		conf = put(t, conf, `#loadmodule "modules/nickserv/cert"`, `loadmodule "modules/nickserv/cert"`)
		conf = put(t, conf, `#loadmodule "modules/saslserv/external"`, `loadmodule "modules/saslserv/external"`)
		blocks := regexp.MustCompile(`(?s)\nuplink "[^\n]*\{.*?\n\};`)
		if n := len(blocks.FindAllString(conf, -1)); n != 2 {
			t.Fatalf("Atheme's example has %d uplinks, and the guide says both", n)
		}
		write(t, dir, "atheme.conf", blocks.ReplaceAllLiteralString(conf, "")+"\n"+here.Replace(uplink))
		return &Server{
			Kind: "inspircd", Addr: loopback(port[0]), TLSAddr: loopback(port[1]), Roots: roots, tb: t,
			procs: []*process{
				{name: "inspircd", dir: dir, argv: []string{ircd, "--config", filepath.Join(dir, "inspircd.conf"), "--nofork", "--nolog", "--nopid"}},
				{name: "atheme", dir: dir, saves: true, argv: []string{services, "-n", "-c", filepath.Join(dir, "atheme.conf"), "-D", dir,
					"-l", filepath.Join(dir, "atheme.log"), "-p", filepath.Join(dir, "atheme.pid")}},
			},
			ready: registers(loopback(port[0]), "sasl=PLAIN,AUTHCOOKIE,EXTERNAL"),
		}
	})
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	you := s.Dial("you", WithTLS())
	answered := func(line, words string) {
		t.Helper()
		you.Say("NickServ", line)
		you.WaitLine(ctx, func(l Line) bool {
			return l.Nick == "NickServ" && strings.Contains(strings.ReplaceAll(l.Text(), "\x02", ""), words)
		})
	}
	answered("REGISTER yours you@example.org", "is now registered to you@example.org")
	answers := []string{"You have been logged out.", "sprintbot is now registered", "You have been logged out.", "You are now identified for you."}
	steps := typed(t, guide(t, "## Setting it up"), "/msg NickServ LOGOUT")
	for line := range strings.Lines(strings.NewReplacer("YOUR-PASSWORD", "yours", "YOU", "you").Replace(steps)) {
		if nick, is := strings.CutPrefix(strings.TrimSpace(line), "/nick "); is {
			you.Nick(nick)
			continue
		}
		answered(strings.TrimPrefix(strings.TrimSpace(line), "/msg NickServ "), answers[0])
		answers = answers[1:]
	}
	if len(answers) > 0 {
		t.Errorf("not answered: %q", answers)
	}
	s.Dial("sprintbot", WithTLS(), WithSASL("sprintbot", "A-LONG-PASSWORD"))
}

func TestTheGuideSetsUpNgIRCd(t *testing.T) {
	bin := program(t, "ngircd", "/usr/sbin/ngircd")
	own := debian(t, "/etc/ngircd/ngircd.conf")
	lines := typed(t, guide(t, "### A small server for one sprint"), "[Global]")
	s := launch(t, func() *Server {
		port := ports(t, 2)
		cert, key, roots := certificate(t)
		dir := workdir(t, map[string]string{"cert.pem": cert, "key.pem": key})
		conf, section := put(t, own, "\t;Ports = 6667", "\tPorts = "+strconv.Itoa(port[0])+"\n\t;"), ""
		conf = put(t, put(t, conf, "\t;DNS = yes", "\tDNS = no"), "\t;Ident = yes", "\tIdent = no") // else it asks for seconds
		for line := range strings.Lines(lines) {
			line = strings.TrimSpace(line)
			if strings.HasPrefix(line, "[") {
				section = line
				continue
			}
			name, _, _ := strings.Cut(line, " ")
			line = strings.NewReplacer("/etc/ngircd", dir, "6697", strconv.Itoa(port[1])).Replace(line)
			before, after, found := strings.Cut(conf, "\n"+section+"\n")
			there := regexp.MustCompile(`(?m)^\t;?` + name + ` = (?:.*[^;])$`).FindStringIndex(after)
			if !found || there == nil {
				t.Fatalf("Debian's configuration has no %s under %s", name, section)
			}
			conf = before + "\n" + section + "\n" + after[:there[0]] + "\t" + line + after[there[1]:]
		}
		write(t, dir, "ngircd.conf", strings.ReplaceAll(conf, "/var/run/ngircd", dir))
		return &Server{
			Kind: "ngircd", Addr: loopback(port[0]), TLSAddr: loopback(port[1]), Roots: roots, tb: t,
			procs: []*process{{name: "ngircd", dir: dir, argv: []string{bin, "-n", "-f", filepath.Join(dir, "ngircd.conf")}}},
			ready: registers(loopback(port[0]), "multi-prefix"),
		}
	})
	s.Dial("sprintbot", WithTLS()).Join("#pycon-sprints")
}

func quoted(port int) string { return strconv.Quote(strconv.Itoa(port)) }
