package dev.tenfold.autograd.forked;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.tenfold.kernels.DType;
import dev.tenfold.kernels.HostAllocator;
import dev.tenfold.tensor.Scope;
import dev.tenfold.tensor.Tensor;
import dev.tenfold.tensor.Tensors;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What {@code -Dtenfold.leaks=trace} prints about tensors that nobody closed. */
class LeakReportTest {
    /** Loses one tensor, closes another, and leaves a third to its scope. */
    public static final class Loser {
        private Loser() {
        }

        public static void main(String[] args) throws InterruptedException {
            long before = HostAllocator.get().stats().liveBlocks();
            lose();
            Tensors.zeros(DType.F64, 5, 7).close();
            try (Scope scope = Scope.open()) {
                Tensors.zeros(DType.I32, 9, 9);
            }
            for (int i = 0; i < 100 && HostAllocator.get().stats().liveBlocks() > before; i++) {
                System.gc();
                Thread.sleep(20);
            }
            System.out.println("blocks left: " + (HostAllocator.get().stats().liveBlocks() - before));
        }

        private static void lose() {
            Tensor lost = Tensors.zeros(DType.F32, 3, 4);
            System.out.println("lost " + lost.shape());
        }
    }

    @Test
    void theReportNamesTheLostTensorAndThePlaceWhereItWasMade() throws Exception {
        Fork fork = Fork.run(Loser.class, List.of("--add-modules", Fork.VECTOR_MODULE, "-Dtenfold.leaks=trace"));
        assertTrue(fork.out().contains("blocks left: 0"), fork.out());
        assertEquals(1, fork.errorsNaming("leaked tensor"), fork.err());
        assertTrue(fork.err().contains("leaked tensor f32 [3, 4]: never closed and in no scope; it was made here"), fork.err());
        assertTrue(fork.err().contains("LeakReportTest$Loser.lose"), fork.err());
        assertFalse(fork.err().contains("[5, 7]") || fork.err().contains("[9, 9]"), fork.err());
    }

    @Test
    void withoutTheFlagTheMemoryComesBackInSilence() throws Exception {
        Fork fork = Fork.run(Loser.class, List.of("--add-modules", Fork.VECTOR_MODULE));
        assertTrue(fork.out().contains("blocks left: 0"), fork.out());
        assertEquals(0, fork.errorsNaming("leaked"), fork.err());
    }

    @Test
    void theErrorAboutAClosedTensorShowsWhereItWasMade() throws Exception {
        Fork fork = Fork.run(UserOfAClosedTensor.class, List.of("--add-modules", Fork.VECTOR_MODULE, "-Dtenfold.leaks=trace"));
        assertTrue(fork.out().contains("is closed"), fork.out());
        assertTrue(fork.out().contains("UserOfAClosedTensor.make"), fork.out());
    }

    /** Uses a tensor after its scope. */
    public static final class UserOfAClosedTensor {
        private UserOfAClosedTensor() {
        }

        private static Tensor make() {
            try (Scope scope = Scope.open()) {
                return Tensors.ones(DType.F32, 2);
            }
        }

        public static void main(String[] args) {
            try {
                make().add(1);
            } catch (IllegalStateException closed) {
                closed.printStackTrace(System.out);
            }
        }
    }
}
