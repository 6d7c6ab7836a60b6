package dokimos

import (
	"runtime"
	"sync"
	"unsafe"
)

// handle owns one object of the C library. Whoever uses the object holds the lock, so that Close cannot take it away.
type handle struct {
	lock    sync.RWMutex
	object  unsafe.Pointer
	free    func(unsafe.Pointer)
	cleanup runtime.Cleanup
}

func newHandle(object unsafe.Pointer, free func(unsafe.Pointer)) *handle {
	h := &handle{object: object, free: free}
	h.cleanup = runtime.AddCleanup(h, free, object)
	return h
}

// read locks the object for reading; unlock with h.lock.RUnlock.
func (h *handle) read() (unsafe.Pointer, error) {
	h.lock.RLock()
	if h.object == nil {
		h.lock.RUnlock()
		return nil, ErrClosed
	}
	return h.object, nil
}

// write locks the object for changing it; unlock with h.lock.Unlock.
func (h *handle) write() (unsafe.Pointer, error) {
	h.lock.Lock()
	if h.object == nil {
		h.lock.Unlock()
		return nil, ErrClosed
	}
	return h.object, nil
}

func (h *handle) close() {
	h.lock.Lock()
	defer h.lock.Unlock()
	if h.object != nil {
		h.cleanup.Stop()
		h.free(h.object)
		h.object = nil
	}
}
