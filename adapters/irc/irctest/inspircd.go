package irctest

import (
	"context"
	"fmt"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// InspIRCd starts a real InspIRCd 3 with the Atheme services: rfc1459
// casemapping, the IRCv3 capabilities (echo-message, account-tag, server-time,
// message ids among them), SASL PLAIN and EXTERNAL, a plain and a TLS
// port. Accounts are made by Register. It ends with the test.
func InspIRCd(tb testing.TB, options ...Option) *Server {
	tb.Helper()
	o := chosen(options)
	ircd := program(tb, "inspircd", "/usr/sbin/inspircd")
	services := program(tb, "atheme-services", "/usr/bin/atheme-services")
	return launch(tb, func() *Server {
		port := ports(tb, 3)
		cert, key, roots := certificate(tb)
		dir := workdir(tb, map[string]string{
			"cert.pem": cert,
			"key.pem":  key,
			"motd":     "hello\n",
		})
		write(tb, dir, "inspircd.conf", inspircdConf(dir, port, o))
		write(tb, dir, "atheme.conf", athemeConf(dir, port[2]))
		return &Server{
			Kind: "inspircd", Addr: loopback(port[0]), TLSAddr: loopback(port[1]), Roots: roots, Pin: sum(tb, cert), tb: tb,
			procs: []*process{
				{name: "inspircd", dir: dir, argv: []string{ircd, "--config", filepath.Join(dir, "inspircd.conf"), "--nofork", "--nolog", "--nopid"}},
				{name: "atheme", dir: dir, saves: true, argv: []string{services, "-n",
					"-c", filepath.Join(dir, "atheme.conf"), "-D", dir,
					"-l", filepath.Join(dir, "atheme.log"), "-p", filepath.Join(dir, "atheme.pid")}},
			},
			ready: registers(loopback(port[0]), "sasl"),
		}
	})
}

// Register makes a services account that SASL PLAIN then accepts. It fails the
// test where the server has no services.
func (s *Server) Register(account, password string) {
	s.tb.Helper()
	c := s.Dial("reg" + fmt.Sprint(time.Now().UnixNano()%1e9))
	defer c.Close()
	ctx, cancel := context.WithTimeout(s.tb.Context(), patience)
	defer cancel()
	c.Say("NickServ", "REGISTER "+account+" "+password+" "+account+"@irctest.example")
	said := c.WaitLine(ctx, func(l Line) bool {
		return l.Command == "401" || l.Command == "NOTICE" && strings.EqualFold(l.Nick, "NickServ") &&
			(strings.Contains(l.Text(), "registered"))
	})
	if said.Command == "401" || !strings.Contains(said.Text(), "is now registered") {
		s.tb.Fatalf("register %s: %s", account, said.Raw)
	}
}

func inspircdConf(dir string, port []int, o setting) string {
	var b strings.Builder
	fmt.Fprintf(&b, `<server name="insp.irctest.example" description="test" network="irctest" id="0IT">
<admin name="t" email="t@irctest.example" nick="t">
<bind address="127.0.0.1" port="%d" type="clients">
<bind address="127.0.0.1" port="%d" type="clients" sslprofile="tls">
<bind address="127.0.0.1" port="%d" type="servers">
<connect allow="*" resolvehostnames="no" localmax="1000" globalmax="1000" timeout="30" pingfreq="3600" maxchans="%d" %ssoftsendq="4194304" hardsendq="8388608" modes="+x">
<options prefixquit="Quit: " syntaxhints="no" casemapping="rfc1459" defaultbind="ipv4" splitwhois="no" nouserdns="yes">
<performance netbuffersize="10240" somaxconn="128" softlimit="12800">
<security hideserver="" userstats="Pu" customversion="">
<files motd="%s">
<limits maxnick="30" maxchan="64">
<whowas groupsize="10" maxgroups="1000" maxkeep="1h">
<sslprofile name="tls" provider="gnutls" hash="sha256" certfile="%s" keyfile="%s">
<link name="services.irctest.example" ipaddr="127.0.0.1" port="1" allowmask="127.0.0.1" sendpass="linkpass" recvpass="linkpass">
<uline server="services.irctest.example" silent="yes">
<sasl target="services.irctest.example" requiressl="no">
<monitor maxentries="30">
<class name="all" commands="*" privs="*" usermodes="*" chanmodes="*">
<type name="all" classes="all">
<oper name="irctest" password="operpass" host="*@*" type="all">
<chanhistory maxlines="50" prefixmsg="no" bots="yes">
`, port[0], port[1], port[2], o.channels(), o.unless(`fakelag="off" threshold="1000" commandrate="1000000" recvq="1048576" `), filepath.Join(dir, "motd"), filepath.Join(dir, "cert.pem"), filepath.Join(dir, "key.pem"))
	for _, module := range []string{
		"cap", "ircv3", "ircv3_accounttag", "ircv3_servertime", "ircv3_msgid", "ircv3_ctctags", "ircv3_echomessage",
		"ircv3_labeledresponse", "ircv3_batch", "ircv3_chghost", "ircv3_capnotify", "ircv3_invitenotify",
		"services_account", "sasl", "spanningtree", "ssl_gnutls", "sslinfo", "chanhistory", "botmode", "blockcolor", "namesx", "uhnames", "hidechans",
	} {
		fmt.Fprintf(&b, "<module name=%q>\n", module)
	}
	return b.String()
}

func athemeConf(dir string, port int) string {
	var b strings.Builder
	for _, module := range []string{
		"protocol/inspircd", "backend/opensex", "nickserv/main", "nickserv/register", "nickserv/identify",
		"nickserv/ghost", "nickserv/cert", "saslserv/main", "saslserv/plain", "saslserv/external", "crypto/pbkdf2",
	} {
		fmt.Fprintf(&b, "loadmodule \"modules/%s\";\n", module)
	}
	fmt.Fprintf(&b, `serverinfo {
	name = "services.irctest.example";
	desc = "services";
	numeric = "0SV";
	recontime = 1;
	netname = "irctest";
	adminname = "t";
	adminemail = "t@irctest.example";
	registeremail = "t@irctest.example";
	mta = "/bin/true";
	loglevel = { error; };
	maxlogins = 50;
	maxusers = 0;
	mdlimit = 30;
	emaillimit = 10;
	emailtime = 300;
	auth = none;
	casemapping = rfc1459;
};
uplink "insp.irctest.example" {
	host = "127.0.0.1";
	send_password = "linkpass";
	receive_password = "linkpass";
	port = %d;
};
nickserv {
	no_nick_ownership;
	nick = "NickServ";
	user = "NickServ";
	host = "services.irctest.example";
	real = "NickServ";
};
saslserv {
	nick = "SaslServ";
	user = "SaslServ";
	host = "services.irctest.example";
	real = "SaslServ";
};
database { };
`, port)
	return b.String()
}
