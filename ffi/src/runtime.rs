//! What the standard library does otherwise: memory from the C library, and the end of the process at a panic.

use core::{
    alloc::{GlobalAlloc, Layout},
    ffi::c_void,
    panic::PanicInfo,
};

unsafe extern "C" {
    fn malloc(size: usize) -> *mut c_void;
    fn realloc(memory: *mut c_void, size: usize) -> *mut c_void;
    fn aligned_alloc(alignment: usize, size: usize) -> *mut c_void;
    fn free(memory: *mut c_void);
    fn abort() -> !;
}

/// Memory that the C library gives is aligned for every type of C.
const ALIGNED: usize = 16;

struct Malloc;

#[global_allocator]
static ALLOCATOR: Malloc = Malloc;

// SAFETY: memory comes from `malloc` and its kin only, of the size and the alignment that is asked for, or is NULL.
unsafe impl GlobalAlloc for Malloc {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        // `aligned_alloc` asks for a size that is a multiple of the alignment.
        let padded = layout.pad_to_align().size();
        // SAFETY: these take any size and each power of two.
        let memory = unsafe {
            if layout.align() <= ALIGNED { malloc(layout.size()) } else { aligned_alloc(layout.align(), padded) }
        };
        memory.cast()
    }

    unsafe fn dealloc(&self, memory: *mut u8, _: Layout) {
        // SAFETY: the caller gives back what it got here, once.
        unsafe { free(memory.cast()) }
    }

    unsafe fn realloc(&self, memory: *mut u8, layout: Layout, size: usize) -> *mut u8 {
        if layout.align() <= ALIGNED {
            // SAFETY: the memory came from here and is given back once.
            return unsafe { realloc(memory.cast(), size) }.cast();
        }
        let Ok(wanted) = Layout::from_size_align(size, layout.align()) else { return core::ptr::null_mut() };
        // SAFETY: both blocks are as long as the shorter one, and the new one overlaps nothing.
        unsafe {
            let new = self.alloc(wanted);
            if !new.is_null() {
                new.copy_from_nonoverlapping(memory, layout.size().min(size));
                self.dealloc(memory, layout);
            }
            new
        }
    }
}

#[panic_handler]
fn panic(_: &PanicInfo<'_>) -> ! {
    // SAFETY: takes nothing and does not return.
    unsafe { abort() }
}

/// Named by the unwinding tables of Rust's own crates, which came compiled; nothing unwinds here.
#[unsafe(no_mangle)]
extern "C" fn rust_eh_personality() {}
