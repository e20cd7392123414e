package dev.cajun.spring.test;

import org.springframework.boot.autoconfigure.SpringBootApplication;

@SpringBootApplication
class BankApplication {

}
