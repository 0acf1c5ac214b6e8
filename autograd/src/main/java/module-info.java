/** Recording, backward, higher-order gradients, checkpointing and gradient checking. */
module dev.tenfold.autograd {
    requires transitive dev.tenfold.tensor;

    exports dev.tenfold.autograd;

    provides dev.tenfold.tensor.Recorder with dev.tenfold.autograd.TapeRecorder;
}
