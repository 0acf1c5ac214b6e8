/** Tensors, scopes, random numbers, file formats and the operations with their gradients. */
module dev.tenfold.tensor {
    requires transitive dev.tenfold.kernels;

    exports dev.tenfold.tensor;
    exports dev.tenfold.tensor.io;
    exports dev.tenfold.tensor.op;

    uses dev.tenfold.tensor.Recorder;
}
