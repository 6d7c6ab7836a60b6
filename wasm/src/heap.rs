use rlsf::{GlobalTlsf, GlobalTlsfOptions};

#[global_allocator]
static HEAP: GlobalTlsf<Options> = GlobalTlsf::new();

struct Options;

impl GlobalTlsfOptions for Options {
    // To grow where it stands would save little here, and is a third of the allocator.
    const ENABLE_REALLOCATION: bool = false;
    // A page that stays open reads documents of all sizes: what they leave free must become one again.
    const COALESCE_POOLS: bool = true;
}
