package main

import (
	"net"
	"strings"
	"testing"

	"sprintbot/adapters/web"
)

func TestAnAddressThatCantBeListenedOnIsToldWithAWayOn(t *testing.T) {
	taken, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer taken.Close()
	for _, addr := range []string{"8080", "nonsense", "127.0.0.1:99999", taken.Addr().String()} {
		_, err := listen(t.Context(), web.Config{Listen: addr})
		if err == nil || !strings.Contains(err.Error(), addr) || !strings.Contains(err.Error(), "127.0.0.1:0") {
			t.Errorf("%s: %v", addr, err)
		}
	}
}
