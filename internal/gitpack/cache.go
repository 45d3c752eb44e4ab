package gitpack

import (
	"container/list"
	"sync"
)

// baseCache keeps the contents that random access came across last, since the
// next object read is often a neighbour in the same chain of deltas. A nil cache
// keeps nothing. It is safe for concurrent use.
type baseCache struct {
	mu     sync.Mutex
	limit  int64
	size   int64
	byUse  list.List // of cacheItem, last used first
	places map[place]*list.Element
}

// cached is an object's content, not to be modified.
type cached struct {
	kind Type
	data []byte
}

type cacheItem struct {
	at place
	cached
}

func newBaseCache(limit int64) *baseCache {
	return &baseCache{limit: limit, places: make(map[place]*list.Element)}
}

func (c *baseCache) get(at place) (cached, bool) {
	if c == nil {
		return cached{}, false
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	e, ok := c.places[at]
	if !ok {
		return cached{}, false
	}
	c.byUse.MoveToFront(e)
	return e.Value.(cacheItem).cached, true
}

// put reports whether it keeps the content, which then belongs to the cache.
func (c *baseCache) put(at place, content cached) bool {
	cost := int64(cap(content.data))
	if c == nil || cost > c.limit/4 {
		return false
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if _, ok := c.places[at]; ok {
		return false
	}
	c.places[at] = c.byUse.PushFront(cacheItem{at, content})
	for c.size += cost; c.size > c.limit; {
		oldest := c.byUse.Remove(c.byUse.Back()).(cacheItem)
		delete(c.places, oldest.at)
		c.size -= int64(cap(oldest.data))
	}
	return true
}
