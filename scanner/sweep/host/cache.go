package host

import (
	"container/list"
	"sync"
)

// Cached is an answer that a host may confirm (RFC 9110, 13), so that it neither sends
// it again nor, on GitHub, counts the request.
type Cached struct {
	ETag string
	Next string // URL of the next page, "" if it is the last
	Body []byte
}

// Cache keeps answers. They hold names of private repositories, and no token.
type Cache interface {
	Get(key string) (Cached, bool)
	Put(key string, c Cached)
}

// memory is a cache that forgets what was used least recently.
type memory struct {
	lock  sync.Mutex
	left  int // bytes
	items map[string]*list.Element
	order *list.List // most recent in front
}

type memoryItem struct {
	key string
	Cached
}

// MemoryCache returns a cache of some bytes.
func MemoryCache(bytes int) Cache {
	return &memory{left: bytes, items: map[string]*list.Element{}, order: list.New()}
}

// Get implements [Cache].
func (m *memory) Get(key string) (Cached, bool) {
	m.lock.Lock()
	defer m.lock.Unlock()
	at, ok := m.items[key]
	if !ok {
		return Cached{}, false
	}
	m.order.MoveToFront(at)
	return at.Value.(*memoryItem).Cached, true
}

// Put implements [Cache].
func (m *memory) Put(key string, c Cached) {
	m.lock.Lock()
	defer m.lock.Unlock()
	if at, ok := m.items[key]; ok {
		m.drop(at)
	}
	at := m.order.PushFront(&memoryItem{key, c})
	m.items[key] = at
	m.left -= len(c.Body)
	for m.left < 0 {
		m.drop(m.order.Back())
	}
}

func (m *memory) drop(at *list.Element) {
	item := at.Value.(*memoryItem)
	m.order.Remove(at)
	delete(m.items, item.key)
	m.left += len(item.Body)
}
