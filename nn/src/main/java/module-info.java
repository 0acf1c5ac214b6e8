/** Layers, losses, optimisers, schedules, data loading, metrics and training checkpoints. */
module dev.tenfold.nn {
    requires transitive dev.tenfold.autograd;
    requires java.desktop;

    exports dev.tenfold.nn;
    exports dev.tenfold.nn.data;
    exports dev.tenfold.nn.data.image;
    exports dev.tenfold.nn.data.table;
    exports dev.tenfold.nn.data.text;
    exports dev.tenfold.nn.layers;
    exports dev.tenfold.nn.models;
    exports dev.tenfold.nn.optim;
    exports dev.tenfold.nn.probability;
}
