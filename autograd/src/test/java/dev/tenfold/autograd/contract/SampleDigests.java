package dev.tenfold.autograd.contract;

import dev.tenfold.kernels.DType;
import dev.tenfold.kernels.VectorModule;
import dev.tenfold.tensor.Scope;
import dev.tenfold.tensor.Tensor;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.zip.CRC32;

/**
 * Prints a checksum of the result of the samples with many elements, of the first few operations or of all: two JVMs that print
 * the same computed the same bits.
 */
public final class SampleDigests {
    // Kernels run plain loops until they have seen a quarter of a million elements.
    private static final int CALLS_UNTIL_VECTORS = 5;

    private SampleDigests() {
    }

    public static void main(String[] args) {
        System.out.println("vector loops: " + VectorModule.available());
        long few = args.length == 0 ? Long.MAX_VALUE : Long.parseLong(args[0]);
        for (Case c : Case.all().stream().filter(SampleDigests::isTold).limit(few).toList()) {
            for (DType type : new DType[] {DType.F32, DType.F64}) {
                try (Scope scope = Scope.open()) {
                    Arguments arguments = c.large(type);
                    List<Tensor> tensors = arguments.tensors();
                    Tensor last = null;
                    for (int i = 0; i < CALLS_UNTIL_VECTORS; i++) last = c.call(tensors);
                    System.out.println(c + " in " + type + ": " + Long.toHexString(digest(last)));
                }
            }
        }
    }

    /** Broadcasting runs the loops of dense inputs once more. */
    private static boolean isTold(Case c) {
        return !c.sample().large().isEmpty() && !c.sample().label().equals("broadcast");
    }

    private static long digest(Tensor t) {
        CRC32 sum = new CRC32();
        ByteBuffer bytes = ByteBuffer.allocate(8);
        for (double v : t.toDoubles()) {
            bytes.putLong(0, Double.doubleToLongBits(v));
            sum.update(bytes.array());
        }
        return sum.getValue();
    }
}
