package irc

import (
	"context"
	"crypto/sha256"
	"crypto/tls"
	"crypto/x509"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"
	"syscall"
)

// shaken is why encrypting failed, with what a person can do about it.
func (n *Network) shaken(err error) error {
	why, do := err.Error(), ""
	untrusted, is := errors.AsType[*tls.CertificateVerificationError](err)
	var plain tls.RecordHeaderError
	switch {
	case is && len(untrusted.UnverifiedCertificates) > 0:
		leaf := untrusted.UnverifiedCertificates[0]
		sum := sha256.Sum256(leaf.Raw)
		why = distrust(untrusted.Err, leaf)
		do = "if its admin tells the same SHA-256 sum, put tls_pin: " + hex.EncodeToString(sum[:])
	case errors.Is(err, errPin):
	case errors.As(err, &plain):
		why, do = "it does not speak TLS there", "the encrypted port is 6697 on most servers, and tls: false speaks in the open"
	case errors.Is(err, context.DeadlineExceeded), errors.Is(err, os.ErrDeadlineExceeded):
		why = fmt.Sprintf("nothing came within %s", n.limits.handshake)
		do = "perhaps that port is not encrypted: it is 6697 on most servers, and tls: false speaks in the open"
	}
	err = &told{err: err, words: fmt.Sprintf("TLS with %s: %s", n.cfg.Server, clean(why))}
	if do != "" {
		return fmt.Errorf("%w; %s", err, do)
	}
	return err
}

// unanswered is why a connection ended, with what to do where a server ended it before it said a word.
func (n *Network) unanswered(s *session, err error) error {
	closed := errors.Is(err, io.EOF) || errors.Is(err, syscall.ECONNRESET)
	if !closed || !s.welcomed.IsZero() || n.cfg.TLS || s.link.lines.Load() > 0 {
		return err
	}
	return fmt.Errorf("%w; perhaps that port is encrypted: then it needs tls: true",
		&told{err: err, words: n.cfg.Server + " closed the connection without a word"})
}

// keyless is why a channel with a key lets the bot not in, and what to do.
func (s *session) keyless(r *room) string {
	if _, keys := s.n.serves(); keys[r.name] != "" {
		return "its key is another by now; change it under keys of this network"
	}
	return "it has a key; put it under keys of this network"
}

// told is an error in words for people.
type told struct {
	err   error
	words string
}

func (t *told) Error() string { return t.words }
func (t *told) Unwrap() error { return t.err }

// distrust is why a certificate is not trusted, in few words.
func distrust(err error, leaf *x509.Certificate) string {
	if name, is := errors.AsType[x509.HostnameError](err); is {
		names := leaf.DNSNames
		for _, ip := range leaf.IPAddresses {
			names = append(names, ip.String())
		}
		if len(names) == 0 {
			return "its certificate names no host"
		}
		return fmt.Sprintf("its certificate is for %s and not for %s", strings.Join(names[:min(len(names), 5)], ", "), name.Host)
	}
	if _, is := errors.AsType[x509.UnknownAuthorityError](err); is {
		return "nobody whom this machine trusts has signed its certificate"
	}
	if bad, is := errors.AsType[x509.CertificateInvalidError](err); is && bad.Reason == x509.Expired {
		return fmt.Sprintf("its certificate is good from %s to %s only", leaf.NotBefore.Format("2006-01-02"), leaf.NotAfter.Format("2006-01-02"))
	}
	return err.Error()
}
