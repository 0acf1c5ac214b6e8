package dev.tenfold.methods.squareloss;

import dev.tenfold.kernels.DType;
import dev.tenfold.tensor.Linalg;
import dev.tenfold.tensor.Scope;
import dev.tenfold.tensor.Tensor;
import dev.tenfold.tensor.Tensors;

final class KernelFit {
    private KernelFit() {
    }

    static Tensor ridge(Tensor k, double mu, Tensor y) {
        try (Scope scope = Scope.open()) {
            Tensor l = Linalg.cholesky(k.add(Tensors.eye(DType.F64, k.size(0)).mul(mu)));
            return scope.keep(Linalg.choleskySolve(l, y));
        }
    }

    static Tensor logistic(Tensor k, double lambda, Tensor y) {
        long n = k.size(0);
        Tensor a = Tensors.zeros(DType.F64, n, 1);
        Tensor t = y.add(1).mul(0.5);
        for (int i = 0; i < 60; i++) {
            try (Scope scope = Scope.open()) {
                Tensor f = k.matmul(a);
                Tensor p = f.sigmoid();
                Tensor w = p.mul(p.subFrom(1)).add(1e-12);
                Tensor r = w.sqrt();
                Tensor b = w.mul(f).add(t.sub(p));
                Tensor m = k.mul(r).mul(r.transpose()).div(lambda).add(Tensors.eye(DType.F64, n));
                Tensor next = b.sub(r.mul(Linalg.choleskySolve(Linalg.cholesky(m), r.mul(k.matmul(b)).div(lambda)))).div(lambda);
                double change = k.matmul(next.sub(a)).abs().max().item();
                a.close();
                a = scope.keep(next);
                if (change < 1e-9) break;
            }
        }
        return a;
    }
}
