package github

import (
	"context"
	"fmt"
)

// listing is what came of the pages of one list.
type listing[T any] struct {
	items     []T
	unchanged bool
	cut       bool
	etags     map[string]string
}

// list reads at most most pages of address, a path with a query under
// repos/owner/name. etag gives the validator kept for a page's address, nil for
// none. Pages are asked conditionally; when only some have changed, the others
// are read again, so that the list is whole or unchanged.
func list[T any](ctx context.Context, c *Client, repo, address string, most int, etag func(address string) string) (listing[T], error) {
	out := listing[T]{etags: map[string]string{}}
	known := func(page int) string {
		if etag == nil {
			return ""
		}
		return etag(pageOf(address, page))
	}
	read := make([][]T, 0, most)
	var same []int
	for page := 1; ; page++ {
		var items []T
		resp, unchanged, err := c.get(ctx, repo+"/"+pageOf(address, page), known(page), &items)
		if err != nil {
			return listing[T]{}, err
		}
		read = append(read, items)
		more := resp.NextPage != 0
		if unchanged {
			same = append(same, page)
			more = more || known(page+1) != ""
		} else {
			out.etags[pageOf(address, page)] = resp.Header.Get("ETag")
		}
		if !more {
			if known(page+1) != "" {
				out.etags[pageOf(address, page+1)] = ""
			}
			break
		}
		if page == most {
			out.cut = true
			break
		}
	}
	if len(same) == len(read) {
		out.unchanged = true
		return out, nil
	}
	for _, page := range same {
		resp, _, err := c.get(ctx, repo+"/"+pageOf(address, page), "", &read[page-1])
		if err != nil {
			return listing[T]{}, err
		}
		out.etags[pageOf(address, page)] = resp.Header.Get("ETag")
	}
	for _, items := range read {
		out.items = append(out.items, items...)
	}
	return out, nil
}

// pageOf is the address of one page; the first has the list's own.
func pageOf(address string, page int) string {
	if page == 1 {
		return address
	}
	return fmt.Sprintf("%s&page=%d", address, page)
}
