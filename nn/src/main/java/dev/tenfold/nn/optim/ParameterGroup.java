package dev.tenfold.nn.optim;

import dev.tenfold.nn.Module;
import dev.tenfold.nn.Parameter;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.function.BiPredicate;

/**
 * Parameters that an optimiser treats alike. Two groups of a network, of which one does not decay:
 *
 * <pre>{@code
 * ParameterGroup all = ParameterGroup.of(net);
 * ParameterGroup matrices = all.only((name, p) -> p.value().rank() > 1);
 * Optimiser adam = new Adam(List.of(matrices, all.without(matrices).decay(0)), 1e-3, Adam.Settings.USUAL.weightDecay(0.01));
 * }</pre>
 *
 * @param parameters  by name
 * @param rate        a factor on the optimiser's learning rate
 * @param weightDecay the weight decay of these parameters; empty: the optimiser's
 */
public record ParameterGroup(Map<String, Parameter> parameters, double rate, OptionalDouble weightDecay) {
    /** @throws IllegalArgumentException when the factor or the weight decay is negative or not finite */
    public ParameterGroup {
        checkNumber("the factor on the learning rate", rate);
        weightDecay.ifPresent(decay -> checkNumber("weight decay", decay));
        parameters = Collections.unmodifiableMap(new LinkedHashMap<>(parameters));
    }

    /** All parameters of {@code module}, with the optimiser's own rate and weight decay. */
    public static ParameterGroup of(Module module) {
        return of(module.namedParameters());
    }

    /** These parameters, with the optimiser's own rate and weight decay. */
    public static ParameterGroup of(Map<String, Parameter> parameters) {
        return new ParameterGroup(parameters, 1, OptionalDouble.empty());
    }

    /** The parameters that {@code chosen} names. */
    public ParameterGroup only(BiPredicate<String, Parameter> chosen) {
        Map<String, Parameter> some = new LinkedHashMap<>();
        parameters.forEach((name, p) -> {
            if (chosen.test(name, p)) some.put(name, p);
        });
        return new ParameterGroup(some, rate, weightDecay);
    }

    /** The parameters that are not in {@code other}. */
    public ParameterGroup without(ParameterGroup other) {
        return only((name, p) -> !other.parameters.containsKey(name));
    }

    /** The same parameters under {@code prefix + "." + name}: for one optimiser of several modules. */
    public ParameterGroup named(String prefix) {
        Map<String, Parameter> named = new LinkedHashMap<>();
        parameters.forEach((name, p) -> named.put(prefix + "." + name, p));
        return new ParameterGroup(named, rate, weightDecay);
    }

    /** With {@code factor} times the optimiser's learning rate. */
    public ParameterGroup rate(double factor) {
        return new ParameterGroup(parameters, factor, weightDecay);
    }

    /** With a weight decay of its own. */
    public ParameterGroup decay(double own) {
        return new ParameterGroup(parameters, rate, OptionalDouble.of(own));
    }

    /** What sets the group apart, for example {@code 12 parameters: rate x 10.0, weight decay 0.0}; empty when nothing does. */
    String difference() {
        List<String> settings = new ArrayList<>();
        if (rate != 1) settings.add("rate x " + rate);
        weightDecay.ifPresent(decay -> settings.add("weight decay " + decay));
        return settings.isEmpty() ? "" : parameters.size() + " parameters: " + String.join(", ", settings);
    }

    static void checkNumber(String what, double value) {
        if (!(value >= 0) || Double.isInfinite(value)) throw new IllegalArgumentException(what + " " + value + " must be finite and not negative");
    }

    /** Checks a decay rate of moments. */
    static void checkFraction(String what, double value) {
        if (!(value >= 0 && value < 1)) throw new IllegalArgumentException(what + " " + value + " is not in [0, 1)");
    }
}
