package dev.tenfold.nn.training;

import dev.tenfold.kernels.HostAllocator;
import java.lang.reflect.Method;

/** Makes one request for native memory fail, as if there were none: through the allocator's hook for tests, which is no one else's. */
final class Refusal {
    private Refusal() {
    }

    /** The {@code count}th request from now fails; 0: none. */
    static void after(long count) {
        try {
            Method refuse = HostAllocator.class.getDeclaredMethod("refuse", long.class);
            refuse.setAccessible(true);
            refuse.invoke(HostAllocator.get(), count);
        } catch (ReflectiveOperationException e) {
            throw new AssertionError(e);
        }
    }
}
