package irctest

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/sha256"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"fmt"
	"math/big"
	"net"
	"os"
	"path/filepath"
	"testing"
	"time"
)

// certificate makes a self-signed certificate for 127.0.0.1 and localhost, and
// the pool that trusts it.
func certificate(tb testing.TB) (certPEM, keyPEM string, pool *x509.CertPool) {
	tb.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		tb.Fatalf("make a key: %v", err)
	}
	now := time.Now()
	template := &x509.Certificate{
		SerialNumber:          big.NewInt(now.UnixNano()),
		Subject:               pkix.Name{CommonName: "localhost"},
		NotBefore:             now.Add(-time.Hour),
		NotAfter:              now.Add(24 * time.Hour),
		KeyUsage:              x509.KeyUsageDigitalSignature | x509.KeyUsageCertSign,
		ExtKeyUsage:           []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth, x509.ExtKeyUsageClientAuth},
		BasicConstraintsValid: true,
		IsCA:                  true,
		DNSNames:              []string{"localhost"},
		IPAddresses:           []net.IP{net.IPv4(127, 0, 0, 1)},
	}
	der, err := x509.CreateCertificate(rand.Reader, template, template, &key.PublicKey, key)
	if err != nil {
		tb.Fatalf("make a certificate: %v", err)
	}
	encoded, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		tb.Fatalf("encode the key: %v", err)
	}
	certPEM = string(pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der}))
	keyPEM = string(pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: encoded}))
	pool = x509.NewCertPool()
	if !pool.AppendCertsFromPEM([]byte(certPEM)) {
		tb.Fatal("the new certificate does not parse")
	}
	return certPEM, keyPEM, pool
}

// ClientCert makes a self-signed certificate for a client: the files of
// certificate and key, and the certificate's SHA-256 in hex, as services know
// it by.
func ClientCert(tb testing.TB) (certFile, keyFile, fingerprint string) {
	tb.Helper()
	cert, key, _ := certificate(tb)
	dir := tb.TempDir()
	certFile, keyFile = filepath.Join(dir, "client.pem"), filepath.Join(dir, "client.key")
	for path, content := range map[string]string{certFile: cert, keyFile: key} {
		if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
			tb.Fatalf("write a client's certificate: %v", err)
		}
	}
	return certFile, keyFile, sum(tb, cert)
}

// sum is the SHA-256 of a certificate in PEM.
func sum(tb testing.TB, cert string) string {
	tb.Helper()
	block, _ := pem.Decode([]byte(cert))
	if block == nil {
		tb.Fatal("no certificate in PEM")
	}
	return fmt.Sprintf("%x", sha256.Sum256(block.Bytes))
}
