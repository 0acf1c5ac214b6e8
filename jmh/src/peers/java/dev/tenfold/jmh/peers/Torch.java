package dev.tenfold.jmh.peers;

import ai.djl.engine.Engine;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import ai.djl.pytorch.engine.PtNDArray;
import ai.djl.pytorch.jni.JniUtils;
import dev.tenfold.jmh.Inputs;

/**
 * PyTorch's CPU library, held through DJL. Results are closed one by one, which costs DJL less than a manager for each
 * call, and backward goes straight to its JNI layer: the peer is measured at its best.
 *
 * <p>Threads come from {@code ai.djl.pytorch.num_threads}; the native library is unpacked once into {@code DJL_CACHE_DIR}
 * from the jar on the class path, and {@code ai.djl.offline} keeps DJL from looking anywhere else.
 */
final class Torch {
    private Torch() {
    }

    static NDManager manager() {
        Engine engine = Engine.getEngine("PyTorch");
        int asked = Integer.getInteger("tenfold.threads", Runtime.getRuntime().availableProcessors());
        if (JniUtils.getNumThreads() != asked) {
            throw new IllegalStateException("PyTorch runs on " + JniUtils.getNumThreads() + " threads, asked for " + asked);
        }
        return NDManager.newBaseManager(ai.djl.Device.cpu(), engine.getEngineName());
    }

    static NDArray uniform(NDManager manager, long seed, float bound, long... shape) {
        Shape s = new Shape(shape);
        return manager.create(Inputs.uniform(s.size(), seed, bound), s);
    }

    /** {@code copies} arrays, to be walked through in turn. */
    static NDArray[] uniforms(NDManager manager, int copies, long seed, long... shape) {
        NDArray[] arrays = new NDArray[copies];
        for (int i = 0; i < copies; i++) arrays[i] = uniform(manager, seed + i, 1, shape);
        return arrays;
    }

    /**
     * A leaf of the same memory that asks for its gradient. A fresh one for each step has no old gradient that backward
     * would have to add to (what {@code zero_grad(set_to_none=True)} does in Python).
     */
    static NDArray leaf(NDArray array) {
        NDArray leaf = JniUtils.detachGradient((PtNDArray) array);
        leaf.setRequiresGradient(true);
        return leaf;
    }

    /** Turns the calling thread's recording on; DJL leaves it off. */
    static void record() {
        JniUtils.setGradMode(true);
    }

    static void backward(NDArray output, NDArray gradient) {
        JniUtils.backward((PtNDArray) output, (PtNDArray) gradient, false, false);
    }

    /** Frees the gradients of leaves. */
    static void closeGradients(NDArray... leaves) {
        for (NDArray leaf : leaves) leaf.getGradient().close();
    }
}
