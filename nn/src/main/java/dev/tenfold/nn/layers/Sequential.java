package dev.tenfold.nn.layers;

import dev.tenfold.nn.Module;
import dev.tenfold.tensor.Scope;
import dev.tenfold.tensor.Tensor;
import java.util.List;

/** Modules one after another, named by their position. */
public final class Sequential extends Module {
    private final List<Module> modules;

    public Sequential(Module... modules) {
        this.modules = List.of(modules);
        for (int i = 0; i < modules.length; i++) child(Integer.toString(i), modules[i]);
    }

    /** The modules in their order. */
    public List<Module> modules() {
        return modules;
    }

    @Override
    public Tensor forward(Tensor x) {
        try (Scope scope = Scope.open()) {
            for (Module module : modules) x = module.forward(x);
            return scope.keep(x);
        }
    }
}
