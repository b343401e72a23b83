package irc

import (
	"crypto/sha256"
	"crypto/tls"
	"encoding/hex"
	"errors"
	"fmt"
	"slices"
	"strings"
)

// Pins reads the SHA-256 sums of the certificates, or of their public keys,
// that a server may show: hex digits, colons between them or not, and several
// sums with commas or spaces between them. Anything else is an error that does
// not repeat it. No sum at all is no pin.
func Pins(s string) ([]string, error) {
	var pins []string
	for word := range strings.FieldsFuncSeq(s, func(r rune) bool { return r == ',' || r == ' ' }) {
		raw, err := hex.DecodeString(strings.ReplaceAll(word, ":", ""))
		if err != nil || len(raw) != sha256.Size {
			return nil, errors.New("a pin is a SHA-256 sum of 64 hex digits, as openssl x509 -fingerprint -sha256 prints it")
		}
		pins = append(pins, hex.EncodeToString(raw))
	}
	return pins, nil
}

// errPin says that the server is not the pinned one.
var errPin = errors.New("the server's certificate is not the pinned one")

// pinned accepts a server by its certificate's sum or its key's, and by
// nothing else.
func pinned(pins []string) func(tls.ConnectionState) error {
	return func(state tls.ConnectionState) error {
		if len(state.PeerCertificates) == 0 {
			return errPin
		}
		leaf := state.PeerCertificates[0]
		whole, key := sha256.Sum256(leaf.Raw), sha256.Sum256(leaf.RawSubjectPublicKeyInfo)
		if slices.Contains(pins, hex.EncodeToString(whole[:])) || slices.Contains(pins, hex.EncodeToString(key[:])) {
			return nil
		}
		return fmt.Errorf("%w: it has %s", errPin, hex.EncodeToString(whole[:]))
	}
}

// tlsConfig is how the connection to host is encrypted: the server trusted by
// its pin where there is one, else by authorities and name, and this side known
// by its certificate where it has one.
func (n *Network) tlsConfig(host string) (*tls.Config, error) {
	c := &tls.Config{ServerName: host, RootCAs: n.cfg.Roots, MinVersion: tls.VersionTLS12}
	pins, err := Pins(n.cfg.Pin)
	if err != nil {
		return nil, err
	}
	if len(pins) > 0 {
		c.InsecureSkipVerify = true // the pin stands in for authorities and name
		c.VerifyConnection = pinned(pins)
	}
	if n.cfg.CertFile != "" { // read each time: a renewed one needs no restart
		mine, err := tls.LoadX509KeyPair(n.cfg.CertFile, n.cfg.KeyFile)
		if err != nil {
			return nil, fmt.Errorf("the client certificate can't be read: %w", err)
		}
		c.Certificates = []tls.Certificate{mine}
	}
	return c, nil
}

// trusts checks what belongs to trust and login.
func (c Config) trusts() error {
	if _, err := Pins(c.Pin); err != nil {
		return err
	}
	switch {
	case c.Pin != "" && !c.TLS:
		return errors.New("a pin needs an encrypted connection")
	case !c.External && (c.Account == "") != (c.Password == ""):
		return errors.New("sasl needs both an account and a password")
	case c.External && !c.TLS:
		return errors.New("sasl by certificate needs an encrypted connection")
	case (c.CertFile == "") != (c.KeyFile == "") || c.External && c.CertFile == "":
		return errors.New("a client certificate needs both its file and its key's")
	}
	if c.CertFile == "" {
		return nil
	}
	if _, err := tls.LoadX509KeyPair(c.CertFile, c.KeyFile); err != nil {
		return fmt.Errorf("the client certificate can't be read: %w", err)
	}
	return nil
}

// mechanism is the SASL mechanism to log in by, "" for none.
func (c Config) mechanism() string {
	switch {
	case c.External:
		return "EXTERNAL"
	case c.Account != "":
		return "PLAIN"
	}
	return ""
}
