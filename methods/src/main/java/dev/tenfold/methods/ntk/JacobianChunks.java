package dev.tenfold.methods.ntk;

import dev.tenfold.autograd.Autograd;
import dev.tenfold.kernels.DType;
import dev.tenfold.nn.Module;
import dev.tenfold.nn.Parameter;
import dev.tenfold.tensor.NoGrad;
import dev.tenfold.tensor.Scope;
import dev.tenfold.tensor.Shape;
import dev.tenfold.tensor.Tensor;
import java.util.ArrayList;
import java.util.List;

/** The Jacobian of a module with respect to its learned parameters, laid end to end and cut into ranges of equal length. */
final class JacobianChunks {
    /** Elements {@code from} to {@code from + count} of a parameter, which are columns {@code column} and following of the chunk. */
    private record Piece(Tensor parameter, long from, long count, long column) {
    }

    private final Module network;
    private final long outputs;
    private final List<List<Piece>> chunks = new ArrayList<>();

    /** Chunks of {@code columns} parameters; the last is shorter. */
    JacobianChunks(Module network, long outputs, long columns) {
        this.network = network;
        this.outputs = outputs;
        List<Piece> chunk = new ArrayList<>();
        long filled = 0;
        for (Parameter parameter : network.parameters()) {
            if (parameter.isFrozen()) continue;
            long size = parameter.value().elements();
            for (long from = 0; from < size; ) {
                long count = Math.min(size - from, columns - filled);
                chunk.add(new Piece(parameter.value(), from, count, filled));
                from += count;
                filled += count;
                if (filled == columns) {
                    chunks.add(chunk);
                    chunk = new ArrayList<>();
                    filled = 0;
                }
            }
        }
        if (!chunk.isEmpty()) chunks.add(chunk);
    }

    int count() {
        return chunks.size();
    }

    /** The columns of chunk {@code c} at every sample of {@code x}: [outputs, n, columns], f64. */
    Tensor jacobian(int c, Tensor x) {
        List<Piece> pieces = chunks.get(c);
        List<Tensor> parameters = pieces.stream().map(Piece::parameter).toList();
        Piece end = pieces.getLast();
        Tensor jacobian = Tensor.allocate(DType.F64, Shape.of(outputs, x.size(0), end.column + end.count));
        for (long n = 0; n < x.size(0); n++) {
            try (Scope sample = Scope.open()) {
                Tensor f = network.forward(x.narrow(0, n, 1));
                for (long o = 0; o < outputs; o++) {
                    try (Scope inner = Scope.open()) {
                        List<Tensor> row = Autograd.grad(List.of(f), List.of(DenseNetwork.seed(f, o)), parameters, Autograd.Options.RETAIN_GRAPH.allowingUnused());
                        store(pieces, row, jacobian.select(0, o).select(0, n));
                    }
                }
            }
        }
        return jacobian;
    }

    private static void store(List<Piece> pieces, List<Tensor> gradients, Tensor row) {
        try (NoGrad region = NoGrad.open()) {
            for (int i = 0; i < pieces.size(); i++) {
                Piece piece = pieces.get(i);
                row.narrow(0, piece.column, piece.count).copyFrom(gradients.get(i).flatten().narrow(0, piece.from, piece.count));
            }
        }
    }
}
