package githubdouble

import (
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
)

func itoa(n int) string { return strconv.Itoa(n) }

func failure(status int, message string) (int, []byte) {
	return status, encode(map[string]string{"message": message, "documentation_url": "https://docs.github.com/rest"})
}

// answer is what GitHub says to a question that is within its limits.
func (d *Double) answer(w http.ResponseWriter, r *http.Request, path string) (int, []byte) {
	parts := strings.Split(path, "/")
	switch {
	case path == "search/issues":
		return d.search(r.URL.Query().Get("q"))
	case parts[0] == "repositories" && len(parts) >= 2:
		for _, repo := range d.repos {
			if strconv.FormatInt(repo.id, 10) == parts[1] && !repo.private {
				return d.repo(w, r, repo, strings.Join(parts[2:], "/"))
			}
		}
	case parts[0] == "repos" && len(parts) >= 3:
		repo, moved := d.find(parts[1], parts[2])
		if repo == nil || repo.private {
			break
		}
		rest := strings.Join(parts[3:], "/")
		if moved {
			to := strings.TrimSuffix(fmt.Sprintf("%s/api/v3/repositories/%d/%s", d.server.URL, repo.id, rest), "/")
			if r.URL.RawQuery != "" {
				to += "?" + r.URL.RawQuery
			}
			w.Header().Set("Location", to)
			return failure(http.StatusMovedPermanently, "Moved Permanently")
		}
		return d.repo(w, r, repo, rest)
	}
	return failure(http.StatusNotFound, "Not Found")
}

func (d *Double) repo(w http.ResponseWriter, r *http.Request, repo *Repo, rest string) (int, []byte) {
	q := r.URL.Query()
	switch {
	case rest == "":
		return http.StatusOK, encode(repo.shape())
	case rest == "labels":
		var labels []label
		for _, l := range repo.labels {
			labels = append(labels, repo.label(l))
		}
		return http.StatusOK, encode(paged(w, r, labels))
	case rest == "issues" && repo.noIssues:
		return failure(http.StatusGone, "Issues are disabled for this repo")
	case rest == "issues":
		var issues []issue
		for _, it := range repo.sorted(q) {
			if matches(it, q) {
				issues = append(issues, repo.issue(it))
			}
		}
		return http.StatusOK, encode(paged(w, r, issues))
	case rest == "pulls":
		var pulls []pull
		for _, it := range repo.sorted(q) {
			if it.pull && matches(it, q) {
				pulls = append(pulls, repo.pull(it))
			}
		}
		return http.StatusOK, encode(paged(w, r, pulls))
	case strings.HasPrefix(rest, "issues/"):
		for _, it := range repo.items {
			if rest == "issues/"+itoa(it.number) {
				return http.StatusOK, encode(repo.issue(it))
			}
		}
	}
	return failure(http.StatusNotFound, "Not Found")
}

// sorted are the items as ?sort and ?direction say, the newest first if they don't.
func (r *Repo) sorted(q url.Values) []*item {
	items := slices.Clone(r.items)
	slices.SortStableFunc(items, func(a, b *item) int {
		by := a.created.Compare(b.created)
		if q.Get("sort") == "updated" {
			by = a.updated.Compare(b.updated)
		}
		if by == 0 {
			by = a.number - b.number
		}
		if q.Get("direction") == "asc" {
			return by
		}
		return -by
	})
	return items
}

// matches is the list's filter: several labels mean all of them.
func matches(it *item, q url.Values) bool {
	switch state := q.Get("state"); state {
	case "", "open":
		if !it.open {
			return false
		}
	case "closed":
		if it.open {
			return false
		}
	}
	switch who := q.Get("assignee"); who {
	case "":
	case "none":
		if it.assignee != "" {
			return false
		}
	case "*":
		if it.assignee == "" {
			return false
		}
	default:
		if it.assignee != who {
			return false
		}
	}
	if q.Get("labels") == "" {
		return true
	}
	for l := range strings.SplitSeq(q.Get("labels"), ",") {
		if !hasLabel(it, l) {
			return false
		}
	}
	return true
}

func hasLabel(it *item, name string) bool {
	return slices.ContainsFunc(it.labels, func(l string) bool { return strings.EqualFold(l, name) })
}

// paged cuts one page and names the others in Link.
func paged[T any](w http.ResponseWriter, r *http.Request, all []T) []T {
	q := r.URL.Query()
	size, page := 30, 1
	if n, err := strconv.Atoi(q.Get("per_page")); err == nil && n > 0 {
		size = min(n, 100)
	}
	if n, err := strconv.Atoi(q.Get("page")); err == nil && n > 0 {
		page = n
	}
	last := max(1, (len(all)+size-1)/size)
	var links []string
	link := func(n int, rel string) {
		q.Set("page", itoa(n))
		links = append(links, fmt.Sprintf(`<http://%s%s?%s>; rel="%s"`, r.Host, r.URL.Path, q.Encode(), rel))
	}
	if page > 1 {
		link(page-1, "prev")
		link(1, "first")
	}
	if page < last {
		link(page+1, "next")
		link(last, "last")
	}
	if len(links) > 0 {
		w.Header().Set("Link", strings.Join(links, ", "))
	}
	from := min((page-1)*size, len(all))
	return append([]T{}, all[from:min(from+size, len(all))]...)
}

// search understands the qualifiers that the adapter uses, and refuses others.
func (d *Double) search(q string) (int, []byte) {
	var repo *Repo
	keep := []func(*item) bool{}
	for _, word := range qualifiers(q) {
		key, value, _ := strings.Cut(word, ":")
		switch word {
		case "is:issue":
			keep = append(keep, func(it *item) bool { return !it.pull })
			continue
		case "is:pr":
			keep = append(keep, func(it *item) bool { return it.pull })
			continue
		case "is:open":
			keep = append(keep, func(it *item) bool { return it.open })
			continue
		case "no:assignee":
			keep = append(keep, func(it *item) bool { return it.assignee == "" })
			continue
		case "linked:pr":
			keep = append(keep, func(it *item) bool { return repo.isLinked(it) })
			continue
		case "-linked:pr":
			keep = append(keep, func(it *item) bool { return !repo.isLinked(it) })
			continue
		}
		switch key {
		case "repo":
			owner, name, _ := strings.Cut(value, "/")
			repo, _ = d.find(owner, name)
		case "label":
			any := strings.Split(value, ",")
			keep = append(keep, func(it *item) bool {
				return slices.ContainsFunc(any, func(l string) bool { return hasLabel(it, strings.Trim(l, `"`)) })
			})
		default:
			return failure(http.StatusUnprocessableEntity, "Validation Failed: "+word)
		}
	}
	if repo == nil || repo.private {
		return failure(http.StatusUnprocessableEntity, "Validation Failed")
	}
	found := []issue{}
	for _, it := range repo.sorted(nil) {
		if !slices.ContainsFunc(keep, func(f func(*item) bool) bool { return !f(it) }) {
			found = append(found, repo.issue(it))
		}
	}
	return http.StatusOK, encode(map[string]any{"total_count": len(found), "incomplete_results": false, "items": found[:min(len(found), 100)]})
}

// qualifiers splits at spaces outside quotes.
func qualifiers(q string) []string {
	quoted := false
	return strings.FieldsFunc(q, func(r rune) bool {
		if r == '"' {
			quoted = !quoted
		}
		return r == ' ' && !quoted
	})
}

// isLinked says that a pull request mentions to fix it, or was linked by hand.
func (r *Repo) isLinked(it *item) bool {
	return it.linked || slices.ContainsFunc(r.items, func(p *item) bool {
		return p.pull && strings.Contains(p.body+"\n", "Fixes #"+itoa(it.number)+"\n")
	})
}
