package dev.tenfold.tensor;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.tenfold.kernels.DType;
import dev.tenfold.kernels.HostAllocator;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class ScopeTest {
    private long blocks;

    @BeforeEach
    void count() {
        blocks = live();
    }

    @AfterEach
    void nothingIsLeft() {
        assertEquals(blocks, live());
    }

    private static long live() {
        return HostAllocator.get().stats().liveBlocks();
    }

    @Test
    void aScopeFreesWhatWasMadeInIt() {
        Tensor lost;
        try (Scope scope = Scope.open()) {
            lost = Tensors.ones(DType.F32, 3);
            lost.add(1).mul(2);
            assertEquals(3, scope.size());
        }
        assertTrue(lost.isClosed());
        Expect.fails(IllegalStateException.class, () -> lost.add(1), "addScalar", "f32 tensor [3] is closed", "Scope.keep");
        Expect.fails(IllegalStateException.class, lost::toDoubles, "closed");
        Expect.fails(IllegalStateException.class, lost::address, "closed");
        assertTrue(lost.toString().contains("closed"));
    }

    @Test
    void whatIsKeptBelongsToTheScopeOutside() {
        Tensor kept;
        try (Scope outer = Scope.open()) {
            try (Scope inner = Scope.open()) {
                kept = inner.keep(Tensors.of(new double[] {1, 2}));
                Tensors.zeros(DType.F64, 2);
            }
            assertEquals(1, outer.size());
            assertArrayEquals(new double[] {1, 2}, kept.toDoubles());
        }
        assertTrue(kept.isClosed());
    }

    @Test
    void whatTheOutermostScopeKeepsBelongsToTheCaller() {
        Tensor kept;
        try (Scope scope = Scope.open()) {
            kept = scope.keep(Tensors.ones(DType.F32, 2));
        }
        assertFalse(kept.isClosed());
        assertEquals(blocks + 1, live());
        kept.close();
    }

    @Test
    void aReleasedTensorLeavesItsScope() {
        Tensor released;
        try (Scope scope = Scope.open()) {
            released = Scope.release(Tensors.ones(DType.F32, 2));
            assertEquals(0, scope.size());
        }
        assertArrayEquals(new double[] {1, 1}, released.toDoubles());
        released.close();
    }

    @Test
    void aViewHoldsTheMemoryOfWhatItViews() {
        try (Scope scope = Scope.open()) {
            Tensor whole = Tensors.of(new double[] {1, 2, 3});
            Tensor view = whole.narrow(0, 1, 2);
            whole.close();
            assertArrayEquals(new double[] {2, 3}, view.toDoubles());
            assertEquals(blocks + 1, live());
            view.close();
            assertEquals(blocks, live());
        }
    }

    @Test
    void closingTwiceDoesNothing() {
        Tensor t = Tensors.ones(DType.F32, 2);
        t.close();
        t.close();
        Scope scope = Scope.open();
        scope.close();
        scope.close();
    }

    @Test
    void keepingWhatBelongsElsewhereChangesNothing() {
        try (Scope outer = Scope.open()) {
            Tensor t = Tensors.ones(DType.F32, 2);
            try (Scope inner = Scope.open()) {
                assertSame(t, inner.keep(t));
            }
            assertEquals(1, outer.size());
            assertFalse(t.isClosed());
        }
    }

    @Test
    void scopesCloseInReverseOrder() {
        Scope outer = Scope.open();
        Scope inner = Scope.open();
        Expect.fails(IllegalStateException.class, outer::close, "still open", "reverse order");
        inner.close();
        outer.close();
        Expect.fails(IllegalStateException.class, () -> outer.keep(null), "the scope is closed");
    }

    @Test
    void aScopeIsClosedByItsThread() throws InterruptedException {
        try (Scope scope = Scope.open()) {
            AtomicReference<Throwable> failure = new AtomicReference<>();
            Thread other = Thread.ofPlatform().start(() -> failure.set(assertThrows(IllegalStateException.class, scope::close)));
            other.join();
            assertTrue(failure.get().getMessage().contains("closed by the thread that opened it"), failure.get().getMessage());
        }
    }

    @Test
    void aScopeOwnsTheTensorsOfItsThreadAlone() throws InterruptedException {
        AtomicReference<Tensor> made = new AtomicReference<>();
        try (Scope scope = Scope.open()) {
            Thread other = Thread.ofPlatform().start(() -> made.set(Tensors.ones(DType.F32, 2)));
            other.join();
            assertEquals(0, scope.size());
        }
        assertArrayEquals(new double[] {1, 1}, made.get().toDoubles());
        made.get().close();
    }

    @Test
    void theMemoryOfALongLoopDoesNotGrow() {
        try (Scope scope = Scope.open()) {
            Tensor x = Tensors.ones(DType.F32, 10);
            for (int i = 0; i < 10_000; i++) {
                Tensor next = x.mul(1.0);
                x.close();
                x = next;
            }
            assertEquals(blocks + 1, live());
            assertEquals(1, scope.size());
        }
    }

    @Test
    void anExceptionInsideFreesEverything() {
        assertThrows(IllegalArgumentException.class, () -> {
            try (Scope scope = Scope.open()) {
                Tensors.ones(DType.F32, 2).add(Tensors.ones(DType.F32, 3));
            }
        });
    }
}
