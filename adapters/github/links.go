package github

import (
	"context"
	"fmt"
	"maps"
	"net/url"
	"regexp"
	"slices"
	"strconv"
	"strings"

	gh "github.com/google/go-github/v60/github"

	"sprintbot/sprints"
)

// closing finds what GitHub links by itself: "fixes #12", "Closes: owner/name#12",
// "resolved https://github.com/owner/name/issues/12".
var closing = regexp.MustCompile(`(?i)\b(?:close[sd]?|fix(?:e[sd])?|resolve[sd]?)\b:?[ \t]+` +
	`(?:([\w.-]+/[\w.-]+)?#(\d{1,9})\b|https?://[^\s/]+/([\w.-]+/[\w.-]+)/issues/(\d{1,9})\b)`)

// Links asks which issues have an open pull request. Open pull requests are
// listed and read for closing words: one question a hundred, the newest hundred
// without a token and three hundred with one. With a token one search adds, for
// these labels, what was linked by hand; it also counts issues whose pull
// request was closed and never merged: better one free issue too few than two
// people on one. A search that is refused makes the answer Partial.
func (c *Client) Links(ctx context.Context, owner, name string, labels []string, etag func(address string) string) (sprints.RemoteLinks, error) {
	most := 1
	if c.token {
		// What is linked by hand changes no pull request: ask for all each time.
		most, etag = pullPages, nil
	}
	l, err := list[*gh.PullRequest](ctx, c, path(owner, name), "pulls?state=open&sort=updated&direction=desc&per_page=100", most, etag)
	if err != nil {
		return sprints.RemoteLinks{}, err
	}
	out := sprints.RemoteLinks{Unchanged: l.unchanged, ETags: l.etags}
	found := map[int]bool{}
	for _, pull := range l.items {
		for _, n := range closes(owner+"/"+name, pull.GetTitle()+"\n"+pull.GetBody()) {
			found[n] = true
		}
	}
	if c.token && len(labels) > 0 {
		numbers, whole, err := c.searchLinked(ctx, owner, name, labels)
		switch {
		case ctx.Err() != nil:
			return sprints.RemoteLinks{}, ctx.Err()
		case err != nil:
			c.log.Warn("search for linked pull requests failed", "repo", owner+"/"+name, "err", err)
		}
		for _, n := range numbers {
			found[n] = true
		}
		if !whole {
			out.Partial = true
		}
	}
	out.Numbers = slices.Sorted(maps.Keys(found))
	return out, nil
}

// closes are the issues of repo that words close.
func closes(repo, words string) (numbers []int) {
	for _, m := range closing.FindAllStringSubmatch(words, -1) {
		name, number := m[1], m[2]
		if number == "" {
			name, number = m[3], m[4]
		}
		if name != "" && !strings.EqualFold(name, repo) {
			continue
		}
		if n, err := strconv.Atoi(number); err == nil && n > 0 {
			numbers = append(numbers, n)
		}
	}
	return numbers
}

// searchLinked asks the search for open issues that are linked to a pull
// request; whole is false if there are more than it told.
func (c *Client) searchLinked(ctx context.Context, owner, name string, labels []string) (numbers []int, whole bool, err error) {
	quoted := make([]string, len(labels))
	for i, label := range labels {
		quoted[i] = strconv.Quote(strings.ReplaceAll(label, `"`, " "))
	}
	query := fmt.Sprintf("repo:%s/%s is:issue is:open linked:pr label:%s", owner, name, strings.Join(quoted, ","))
	var result gh.IssuesSearchResult
	if _, _, err := c.get(ctx, "search/issues?per_page=100&q="+url.QueryEscape(query), "", &result); err != nil {
		return nil, false, err
	}
	for _, issue := range result.Issues {
		numbers = append(numbers, issue.GetNumber())
	}
	return numbers, !result.GetIncompleteResults() && result.GetTotal() <= len(result.Issues), nil
}
