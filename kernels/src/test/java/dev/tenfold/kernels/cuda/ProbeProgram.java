package dev.tenfold.kernels.cuda;

import dev.tenfold.kernels.Block;
import dev.tenfold.kernels.HostAllocator;

/** What a program sees of CUDA in a process of its own: the status, how long the question took, what asking for a device says. */
public final class ProbeProgram {
    private ProbeProgram() {
    }

    public static void main(String[] args) {
        long start = System.nanoTime();
        String status = Cuda.status();
        System.out.printf("%s%nasked in %.1f ms%n", status, (System.nanoTime() - start) / 1e6);
        try {
            System.out.println("found " + Cuda.device(0));
        } catch (IllegalStateException e) {
            System.out.println(e.getMessage());
        }
        Block block = HostAllocator.get().allocate(100);
        System.out.println("host block of " + block.bytes() + " bytes");
        block.release();
    }
}
