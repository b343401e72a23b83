package main

import (
	"strings"
	"testing"
)

func TestFacesHaveAnAddressOnAPublicPageOnly(t *testing.T) {
	for _, page := range []string{"", "http://127.0.0.1:8080", "http://[::1]:8080", "http://localhost:8080", "http://192.168.1.7", "http://10.0.0.1"} {
		if faces(page) != nil {
			t.Errorf("%q: Slack could not fetch from there", page)
		}
	}
	face := faces("https://sprints.example.org")
	if face == nil {
		t.Fatal("no address")
	}
	if got := face("libera", "grace"); !strings.HasPrefix(got, "https://sprints.example.org/face/") || strings.Contains(got, "grace") || got == face("oftc", "grace") {
		t.Errorf("%q", got)
	}
}
