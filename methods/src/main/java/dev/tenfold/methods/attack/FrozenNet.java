package dev.tenfold.methods.attack;

import dev.tenfold.nn.Module;
import dev.tenfold.nn.Parameter;
import dev.tenfold.tensor.Tensor;
import java.util.List;
import java.util.function.UnaryOperator;

/**
 * A network as a victim: while this is open it is in evaluation mode and its parameters are frozen, so that a gradient is
 * computed with respect to the input alone and no buffer moves. Closing restores the mode and the parameters as they were.
 */
public final class FrozenNet implements Victim, AutoCloseable {
    private final Module net;
    private final UnaryOperator<Tensor> normalise;
    private final UnaryOperator<Tensor> scores;
    private final boolean training;
    private final List<Parameter> thawed;

    /**
     * Freezes a network.
     *
     * @param normalise what the network expects to be done to pixels, such as {@code x -> x.sub(mean).div(sd)}: the attack and
     *                  its radius stay in pixels
     * @param scores    from the network's outputs to class scores
     */
    public FrozenNet(Module net, UnaryOperator<Tensor> normalise, UnaryOperator<Tensor> scores) {
        this.net = net;
        this.normalise = normalise;
        this.scores = scores;
        training = net.isTraining();
        thawed = net.parameters().stream().filter(p -> !p.isFrozen()).toList();
        net.eval();
        thawed.forEach(p -> p.freeze(true));
    }

    @Override
    public Tensor outputs(Tensor x) {
        return net.forward(normalise.apply(x));
    }

    @Override
    public Tensor scores(Tensor outputs) {
        return scores.apply(outputs);
    }

    @Override
    public void close() {
        thawed.forEach(p -> p.freeze(false));
        net.train(training);
    }
}
