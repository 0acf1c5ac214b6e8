/** Everything native: memory, worker threads, vector loops, OpenBLAS and LAPACK. It knows raw blocks, no tensors. */
module dev.tenfold.kernels {
    requires jdk.incubator.vector;
    requires org.bytedeco.cuda;
    requires org.bytedeco.javacpp;
    requires org.bytedeco.openblas;

    exports dev.tenfold.kernels;
    exports dev.tenfold.kernels.cuda;
    exports dev.tenfold.kernels.expr;
    exports dev.tenfold.kernels.cpu to dev.tenfold.tensor;
}
